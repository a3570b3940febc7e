import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ApiServer } from '../../../support/api-server.start';

export type Verb = 'list' | 'watch' | 'get' | 'create' | 'update' | 'patch' | 'delete';

/** A request of the controller, as the network between it and the API server sees it. */
export interface Asked {
  readonly verb: Verb;
  /** For example `pods`, `workers/status`, `leases`. */
  readonly resource: string;
  /** Path and query. */
  readonly url: string;
}

/** What a fault may do with a request. */
export interface Exchange extends Asked {
  readonly body: string;
  readonly response: ServerResponse;
  /**
   * Has the API server carry it out.
   * @param url asks for something else in its place. @default as it was asked
   * @param answered is called with the status that the API server has answered, before the asker hears of it; with false it never does
   */
  readonly pass: (url?: string, answered?: (status: number) => boolean) => void;
}

/** Gives true when it has taken the request over; others are passed on. */
export type Rule = (exchange: Exchange) => boolean;

/** A request whose answer is under way. */
interface Open extends Asked {
  readonly response: ServerResponse;
  readonly answer: IncomingMessage;
}

/** Stands between the controller and the API server, and misbehaves as a fault tells it to. */
export class FaultProxy {
  /** How often the faults met something: a request that a rule took over, or an answer under way. */
  met = 0;
  private readonly rules = new Set<Rule>();
  private readonly open = new Set<Open>();
  private readonly agent: Agent;
  private readonly server: Server;

  private constructor(private readonly target: ApiServer) {
    // Who asks proves itself: the proxy has no rights.
    this.agent = new Agent({ keepAlive: true, ca: target.ca });
    this.server = createServer((request, response) => this.take(request, response));
  }

  static async start(target: ApiServer): Promise<FaultProxy> {
    const proxy = new FaultProxy(target);
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** From now on each request is shown to the rule, until the result is called. */
  rule(rule: Rule): () => void {
    this.rules.add(rule);
    return () => void this.rules.delete(rule);
  }

  /** Breaks off every answer that is under way: the connection is reset. */
  resetOpen(): void {
    for (const { response } of this.meet([...this.open])) response.socket?.resetAndDestroy();
  }

  /** Ends every watch as the API server does after its time. */
  endWatches(): void {
    for (const { response } of this.watches()) response.end();
  }

  /** Writes into every watch what is no whole line, and resets it. */
  writeHalfLines(): void {
    for (const { response } of this.watches()) {
      response.write('{"type":"MODIFIED","object":{"kind":', () => response.socket?.resetAndDestroy());
    }
  }

  /** Says into every watch that it is too old, as the API server does when etcd was compacted. */
  expireWatches(): void {
    const object = { kind: 'Status', status: 'Failure', code: 410, reason: 'Expired', message: 'too old' };
    for (const { response } of this.watches()) response.end(`${JSON.stringify({ type: 'ERROR', object })}\n`);
  }

  /** What comes from now on in open watches waits until the result is called: who watches knows only the past. */
  holdWatches(): () => void {
    const held = this.watches();
    for (const { answer, response } of held) answer.unpipe(response);
    return () => {
      for (const { answer, response } of held) answer.pipe(response);
    };
  }

  /** What is under way goes nowhere any more, and nobody is told: both ends believe that the connection is there. */
  silenceOpen(): void {
    for (const { answer, response } of this.meet([...this.open])) {
      answer.unpipe(response);
      answer.resume();
    }
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    this.agent.destroy();
  }

  private watches(): Open[] {
    return this.meet([...this.open].filter(({ verb }) => verb === 'watch'));
  }

  private meet(those: Open[]): Open[] {
    this.met += those.length;
    return those;
  }

  private take(request: IncomingMessage, response: ServerResponse): void {
    const asked = askedOf(request);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const pass: Exchange['pass'] = (url = asked.url, answered = () => true) =>
        this.pass(request, { ...asked, url, response }, body, answered);
      const exchange = { ...asked, body: body.toString(), response, pass };
      if ([...this.rules].some((rule) => rule(exchange))) this.met += 1;
      else pass();
    });
  }

  private pass(
    { method, headers: given }: IncomingMessage,
    { response, ...asked }: Asked & { readonly response: ServerResponse },
    body: Buffer,
    answered: (status: number) => boolean,
  ): void {
    const { host: _, connection: __, ...headers } = given;
    const url = new URL(asked.url, this.target.url);
    const onward = httpsRequest(url, { method, headers, agent: this.agent }, (answer) => {
      if (!answered(answer.statusCode ?? 0)) return void answer.resume();
      const open = { ...asked, response, answer };
      this.open.add(open);
      response.on('close', () => this.open.delete(open));
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      answer.on('error', () => response.destroy());
      answer.pipe(response);
    });
    onward.on('error', () => response.socket?.resetAndDestroy());
    response.on('close', () => onward.destroy());
    onward.end(body);
  }
}

const VERBS: Readonly<Record<string, Verb>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

function askedOf({ method = '', url = '' }: IncomingMessage): Asked {
  const { pathname, searchParams } = new URL(url, 'http://api');
  const [, resource = '', name, subresource] = /\/(?:namespaces\/[^/]+\/)?([a-z]+)(?:\/([^/]+))?(?:\/([a-z]+))?$/.exec(
    pathname.replace(/^\/apis?(\/[^/]+)?\/v\d\w*/, ''),
  ) ?? ['', pathname];
  const read = searchParams.has('watch') ? 'watch' : name === undefined ? 'list' : 'get';
  return { verb: VERBS[method] ?? read, resource: [resource, subresource].filter(Boolean).join('/'), url };
}

/** The API's Status object with that code. */
export function refuse(
  { response }: Exchange,
  status: number,
  reason: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  const body = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: status, reason, message: 'out of order' };
  response.end(JSON.stringify(body));
}
