import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { LARGEST_STATE_BYTES, LockInfo, type LockResponse } from '../../protocol/messages';
import { parseJson } from '../../protocol/json';
import type { Clock } from '../../time';
import { CallError, type LauncherClient } from '../client';
import { FILE, readSmall, writeWhole } from '../exchange';

const LOOPBACK = '127.0.0.1';
const USER = 'worker-pools';
const MIB = 1024 * 1024;
const LONGEST_LOCK = 16 * 1024;

/** What the tool tries again by itself, and for how long: some ten minutes. */
const RETRIES = { most: 45, waitMinSeconds: 1, waitMaxSeconds: 15 };

export interface StateBackendOptions {
  readonly client: Pick<LauncherClient, 'state' | 'writeState' | 'lockState' | 'unlockState'>;
  readonly exchange: string;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Adds a line to the run's log, once. */
  readonly say: (sentence: string) => Promise<void>;
}

/**
 * The `http` backend of OpenTofu and Terraform within the Pod: it listens for the tool on the loopback and asks the control
 * plane as the relay does. The tool knows neither the pool's key nor the control plane, needs no authority and no proxy; the
 * password opens this Pod's state for as long as its relay lives, and nothing else.
 */
export class StateBackend {
  private readonly closing = new AbortController();
  private answering = 0;
  private answeredAt = -Infinity;

  private constructor(
    private readonly server: Server,
    private readonly options: StateBackendOptions,
    private readonly password: string,
  ) {
    server.on('request', (request, response) => {
      this.answering += 1;
      this.answer(request, response)
        .catch((error: unknown) => this.fail(response, error))
        .finally(() => {
          this.answering -= 1;
          this.answeredAt = options.clock.monotonic();
        });
    });
  }

  /** What the tool is given, and what it sends: no log is to show either. */
  get secrets(): readonly string[] {
    return [this.password, this.credentials];
  }

  private get credentials(): string {
    return Buffer.from(`${USER}:${this.password}`).toString('base64');
  }

  /** When the tool asked last, by a clock that never jumps: now, while it waits for an answer. */
  get askedAt(): number {
    return this.answering > 0 ? this.options.clock.monotonic() : this.answeredAt;
  }

  /** Listens where a relay before this one did, if it can: the running step knows that address. */
  static async open(options: StateBackendOptions): Promise<StateBackend> {
    const before = formerAddress((await readSmall(options.exchange, FILE.stateBackend)) ?? '');
    const { password = randomBytes(32).toString('base64url') } = before;
    const server = createServer();
    const port = await listen(server, before.port ?? 0).catch(() => listen(server, 0));
    const backend = new StateBackend(server, options, password);
    await writeWhole(options.exchange, FILE.stateBackend, variables(port, password), 0o640);
    return backend;
  }

  async close(): Promise<void> {
    this.closing.abort();
    await new Promise((resolve) => {
      this.server.close(resolve);
      this.server.closeAllConnections();
    });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '' } = request;
    const { pathname, searchParams } = new URL(request.url ?? '/', `http://${LOOPBACK}`);
    if (!this.isKnown(request.headers.authorization)) return end(response, 401);
    if (pathname !== '/') return end(response, 404);
    switch (method) {
      case 'GET':
        return this.read(response);
      case 'POST':
        return this.write(request, response, searchParams.get('ID') ?? undefined);
      case 'LOCK':
      case 'UNLOCK':
        return this.lock(method, request, response);
      default:
        // The state of the one workspace that there is goes with its stack.
        return end(response, 405);
    }
  }

  private async read(response: ServerResponse): Promise<void> {
    const state = await this.options.client.state(this.closing.signal);
    if (state === undefined) return end(response, 204);
    response.writeHead(200, { 'Content-Type': 'application/json' });
    await pipeline(state, response);
  }

  private async write(request: IncomingMessage, response: ServerResponse, lock: string | undefined): Promise<void> {
    const bytes = Number(request.headers['content-length']);
    if (!Number.isSafeInteger(bytes)) return end(response, 411);
    if (bytes > LARGEST_STATE_BYTES) {
      const [size, most] = [Math.ceil(bytes / MIB), LARGEST_STATE_BYTES / MIB];
      const sentence = `the state has ${size} MiB, and the control plane keeps at most ${most} MiB of a stack: divide the stack, or give it a backend of its own`;
      throw new CallError('too-large', sentence);
    }
    await this.options.client.writeState(request, bytes, lock, this.closing.signal);
    end(response, 200);
  }

  private async lock(method: 'LOCK' | 'UNLOCK', request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (Number(request.headers['content-length'] ?? 0) > LONGEST_LOCK) return end(response, 413);
    const lock = LockInfo.safeParse(parseJson(await text(request)));
    if (!lock.success) return end(response, 400);
    const { client } = this.options;
    const { heldBy }: LockResponse =
      method === 'LOCK'
        ? await client.lockState(lock.data, this.closing.signal)
        : await client.unlockState(lock.data.ID, this.closing.signal);
    if (heldBy === null) return end(response, 200);
    end(response, method === 'LOCK' ? 423 : 409, JSON.stringify(heldBy));
  }

  /** Never as if there were no state: the tool would create everything again. */
  private fail(response: ServerResponse, error: unknown): void {
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const isFinal = error instanceof CallError && !error.retryable;
    const status = !isFinal ? 503 : error.kind === 'too-large' ? 413 : 409;
    end(response, status);
    if (this.closing.signal.aborted) return;
    const what = isFinal
      ? 'The control plane refuses what the tool asks of the state'
      : 'The state cannot be had now; the tool tries again';
    const why = error instanceof CallError ? error.message : 'the connection broke off';
    // What cannot be said here is said by the tool, in fewer words.
    this.options.say(`${what}: ${why}${why.endsWith('.') ? '' : '.'}`).catch(() => undefined);
  }

  private isKnown(authorization = ''): boolean {
    return timingSafeEqual(hashOf(authorization), hashOf(`Basic ${this.credentials}`));
  }
}

const hashOf = (value: string): Buffer => createHash('sha256').update(value).digest();

function end(response: ServerResponse, status: number, json = ''): void {
  // Of what was refused before it was read, nothing more is wanted.
  if (status >= 400) response.setHeader('Connection', 'close');
  response.writeHead(status, json === '' ? {} : { 'Content-Type': 'application/json' }).end(json);
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}

/** All that this kind of backend reads of its environment, so that nothing of the stack's own gets between. */
function variables(port: number, password: string): string {
  const address = `http://${LOOPBACK}:${port}/`;
  const values = {
    TF_HTTP_ADDRESS: address,
    TF_HTTP_UPDATE_METHOD: 'POST',
    TF_HTTP_LOCK_ADDRESS: address,
    TF_HTTP_LOCK_METHOD: 'LOCK',
    TF_HTTP_UNLOCK_ADDRESS: address,
    TF_HTTP_UNLOCK_METHOD: 'UNLOCK',
    TF_HTTP_USERNAME: USER,
    TF_HTTP_PASSWORD: password,
    TF_HTTP_RETRY_MAX: String(RETRIES.most),
    TF_HTTP_RETRY_WAIT_MIN: String(RETRIES.waitMinSeconds),
    TF_HTTP_RETRY_WAIT_MAX: String(RETRIES.waitMaxSeconds),
  };
  const unset = [
    'TF_HTTP_CLIENT_CA_CERTIFICATE_PEM',
    'TF_HTTP_CLIENT_CERTIFICATE_PEM',
    'TF_HTTP_CLIENT_PRIVATE_KEY_PEM',
  ];
  const lines = Object.entries(values).map(([name, value]) => `export ${name}='${value}'\n`);
  return [...lines, `unset ${unset.join(' ')}\n`].join('');
}

function formerAddress(script: string): { readonly port?: number; readonly password?: string } {
  const port = /^export TF_HTTP_ADDRESS='http:\/\/127\.0\.0\.1:(\d{1,5})\/'$/m.exec(script)?.[1];
  const password = /^export TF_HTTP_PASSWORD='([\w-]{43})'$/m.exec(script)?.[1];
  return port === undefined || password === undefined ? {} : { port: Number(port), password };
}
