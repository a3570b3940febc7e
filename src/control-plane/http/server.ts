import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import type { WebSocketServer } from 'ws';
import { VCS_AGENT_PATH } from '../../protocol/vcs-agents';
import type { Admission } from '../admission';
import { LIMIT } from '../limits';
import { listen, type ListenAddress, type Listener } from '../listen';
import { keepIdentity, type ServerIdentity } from '../server-identity';

/** Longer than any long poll and than the idle time of usual proxies, so that the client closes first. */
export const KEEP_ALIVE_MS = 75_000;

export interface HttpListener extends Listener {
  /** Takes no further connections and resolves when the requests that are under way are answered. */
  drain(): Promise<void>;
}

/** Called with the method and the status of each answer. */
export type Answered = (method: string, status: number) => void;

/** How long a connection may take for what. */
type Times = Pick<typeof LIMIT, 'handshakeMs' | 'headersMs' | 'silenceMs'>;

/**
 * Serves an app over HTTPS, or over plain HTTP for a proxy in front.
 * @param streams takes those of VCS agents, as far as the app lets them in; undefined takes none
 */
export async function serve(
  app: Hono,
  address: ListenAddress,
  tls: ServerIdentity | null,
  admission: Admission,
  answered: Answered = () => undefined,
  { handshakeMs, headersMs, silenceMs }: Times = LIMIT,
  streams?: WebSocketServer,
): Promise<HttpListener> {
  const options = {
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: LIMIT.headerBytes,
    headersTimeout: headersMs,
    connectionsCheckingInterval: headersMs / 2,
    // Bodies have times of their own: a large upload may take hours, as long as something moves.
    requestTimeout: 0,
    // Whoever asks for anything else to be spoken, such as HTTP/2, is answered in HTTP/1.1.
    shouldUpgradeCallback: (request: IncomingMessage) => streams !== undefined && isStream(request),
  };
  const server = createAdaptorServer({
    fetch: app.fetch,
    overrideGlobalObjects: false,
    ...(streams && { websocket: { server: streams } }),
    ...(tls
      ? {
          createServer: createHttpsServer,
          serverOptions: { ...options, cert: tls.cert, key: tls.key, handshakeTimeout: handshakeMs },
        }
      : { createServer: createHttpServer, serverOptions: options }),
  }) as Server;
  keepIdentity(server, tls);
  oneAtATime(server);
  continueWhenRead(server);
  server.setTimeout(silenceMs);
  admission.watch(server);
  const exchanges = new Exchanges(server, answered);
  const listener = await listen(server, address);
  return Object.assign(listener, {
    drain: () => {
      // Ends the connections on which nothing is under way, too.
      listener.stop();
      return exchanges.drain();
    },
  });
}

/**
 * Ends connections over which a request comes before the last one is answered. No client of ours sends any so, and all of
 * them would be begun in the turn of the event loop in which they are read. One that comes in the turn of the last was sent
 * before its answer, however soon that was given.
 */
function oneAtATime(server: Server): void {
  const [answer] = server.listeners('request') as ((request: IncomingMessage, response: ServerResponse) => void)[];
  if (!answer) return;
  const last = new WeakMap<IncomingMessage['socket'], ServerResponse>();
  const begun = new Set<IncomingMessage['socket']>();
  server.removeListener('request', answer);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const isTooSoon = begun.has(socket) || last.get(socket)?.writableEnded === false;
    if (begun.size === 0) setImmediate(() => begun.clear());
    begun.add(socket);
    last.set(socket, response);
    // Or else all of the exchange stays in memory until the next, which a connection that is kept may never have.
    response.once('close', () => {
      if (last.get(socket) === response) last.delete(socket);
    });
    if (isTooSoon || socket.destroyed) socket.destroy();
    else if (hasTwoHosts(request)) response.writeHead(400, { Connection: 'close' }).end();
    else answer(request, response);
  });
}

/** Of a VCS agent. */
function isStream({ url = '', headers }: IncomingMessage): boolean {
  return url.split('?')[0] === VCS_AGENT_PATH && headers.upgrade?.toLowerCase() === 'websocket';
}

/** A proxy in front may have read the other one. */
function hasTwoHosts({ rawHeaders }: IncomingMessage): boolean {
  return rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host').length > 1;
}

/** Whoever asks before sending a body (`Expect: 100-continue`) hears yes when it is read, or else the refusal instead. */
function continueWhenRead(server: Server): void {
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    request.once('resume', () => {
      if (!response.headersSent) response.writeContinue();
    });
    server.emit('request', request, response);
  });
}

/** The requests of a server that are not answered yet. */
class Exchanges {
  private readonly open = new Set<ServerResponse>();
  private isDraining = false;

  constructor(
    server: Server,
    private readonly answered: Answered,
  ) {
    // Before the listener that answers, which may write the head at once.
    server.prependListener('request', (_: IncomingMessage, response: ServerResponse) => this.begin(response));
  }

  private begin(response: ServerResponse): void {
    this.open.add(response);
    response.once('close', () => this.open.delete(response));
    response.once('finish', () => this.answered(response.req.method ?? '', response.statusCode));
    if (this.isDraining) lastOnItsConnection(response);
  }

  async drain(): Promise<void> {
    this.isDraining = true;
    for (const response of this.open) lastOnItsConnection(response);
    // One that was on its way when the connections stopped is answered as well.
    while (this.open.size > 0) await Promise.all([...this.open].map(sent));
  }
}

/** The connection ends behind this answer, and the client knows unless its head is out already. */
function lastOnItsConnection(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
  const { socket } = response.req;
  if (response.writableFinished) socket.destroySoon();
  else response.once('finish', () => socket.destroySoon());
}

/** Resolves when the answer has left this process whole, or nobody is there to read it. */
async function sent(response: ServerResponse): Promise<void> {
  const { socket } = response.req;
  if (!response.closed) await new Promise<void>((resolve) => response.once('close', () => resolve()));
  if (!socket.closed) await new Promise<void>((resolve) => socket.once('close', () => resolve()));
}
