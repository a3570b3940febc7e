import { Body, type RequestOptions, type Response } from '../platform/undici';
import type { SimulatedProcess } from './process';
import type { Scheduler } from './scheduler';

/** What becomes of a request to the control plane, and of its answer. */
export interface MessageFate {
  readonly toServerMs: number;
  readonly toClientMs: number;
  /** Whether it is carried out twice, as by a gateway that tries again. */
  readonly isDoubled?: boolean;
  /** The connection breaks before or after it was carried out: with a word, or silently. */
  readonly lost?: 'reset before' | 'reset after' | 'silent before' | 'silent after';
}

/** Somebody who answers. */
export interface Server {
  readonly process: SimulatedProcess;
  answer(request: ServedRequest): Promise<{ readonly status: number; readonly body: unknown }>;
}

export interface ServedRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly method: string;
  readonly signal: AbortSignal;
}

/** Where everything goes wrong that can. */
export interface NetworkFaults {
  fateOf(from: string, to: string): MessageFate;
  /** Nothing gets through in either direction, and nobody is told. */
  isCut(from: string, to: string): boolean;
  /** Whether a client hears of the end of the process that it speaks to. */
  isDeathHeard(): boolean;
}

const CONNECT_WITHIN_MS = 10_000;

interface Exchange {
  readonly from: SimulatedProcess;
  readonly server: Server;
  readonly fate: MessageFate;
  readonly request: Omit<ServedRequest, 'signal'>;
  readonly gone: AbortController;
  readonly settle: (result: Response | Error) => void;
}

/** HTTP between the processes of the world: which of the servers answers, when, and whether anybody hears of it. */
export class SimulatedNetwork {
  private readonly clients = new Map<string, SimulatedProcess>();
  servers: readonly Server[] = [];

  constructor(
    private readonly scheduler: Scheduler,
    private readonly faults: NetworkFaults,
    private readonly random: () => number,
  ) {}

  /** The address of the control plane, as this process has it: by it the world knows who asks. */
  addressFor(process: SimulatedProcess): string {
    const origin = `http://${process.name}.to.control-plane.example`;
    this.clients.set(origin, process);
    return origin;
  }

  send(origin: string, options: RequestOptions): Promise<Response> {
    const from = this.clients.get(origin);
    if (!from) return Promise.reject(new Error(`nobody has the address ${origin}`));
    const { path, method, headers = {}, body } = options;
    const { faults, scheduler } = this;
    return new Promise((resolve, reject) => {
      const gone = new AbortController();
      let isOver = false;
      const settle = (result: Response | Error): void =>
        from.deliver(() => {
          if (isOver) return;
          isOver = true;
          cancel();
          options.signal?.removeEventListener('abort', onAbort);
          if (result instanceof Error) reject(result);
          else resolve(result);
        });
      const onAbort = (): void => {
        settle(Object.assign(new Error('This operation was aborted'), { name: 'AbortError' }));
        this.leave(from, gone);
      };
      const cancel = from.clock.setTimer(options.headersTimeout ?? 300_000, () => {
        settle(failure('UND_ERR_HEADERS_TIMEOUT'));
        this.leave(from, gone);
      });
      if (options.signal?.aborted) return onAbort();
      options.signal?.addEventListener('abort', onAbort);
      from.onDeath(() => this.leave(from, gone));
      const up = this.servers.filter(({ process }) => process.isAlive);
      const server = up[Math.floor(this.random() * up.length)];
      if (!server) return void scheduler.after(2, () => settle(failure('ECONNREFUSED')));
      const name = server.process.name;
      if (faults.isCut(from.name, name)) {
        from.clock.setTimer(CONNECT_WITHIN_MS, () => settle(failure('UND_ERR_CONNECT_TIMEOUT')));
        return;
      }
      const fate = faults.fateOf(from.name, name);
      const exchange: Exchange = { from, server, fate, request: { path, method, headers, body }, gone, settle };
      if (fate.lost === 'silent before') return;
      if (fate.lost === 'reset before') return void scheduler.after(fate.toServerMs, () => settle(reset()));
      scheduler.after(fate.toServerMs, () => this.arrive(exchange));
      if (fate.isDoubled) scheduler.after(fate.toServerMs + 1 + fate.toClientMs * 2, () => this.arriveAgain(exchange));
    });
  }

  private arrive(exchange: Exchange): void {
    const { server, gone, settle, fate } = exchange;
    const { process } = server;
    if (!process.isAlive) return void this.scheduler.after(fate.toClientMs, () => settle(reset()));
    process.onDeath(() => {
      if (this.faults.isDeathHeard()) this.scheduler.after(fate.toClientMs, () => settle(reset()));
    });
    process.deliver(() => {
      void server.answer({ ...exchange.request, signal: gone.signal }).then(({ status, body }) => {
        if (process.isAlive) this.answer(exchange, status, JSON.stringify(body));
      });
    });
  }

  /** Nobody waits for the answer to the second one. */
  private arriveAgain({ server, request }: Exchange): void {
    const { process } = server;
    process.deliver(() => void server.answer({ ...request, signal: new AbortController().signal }));
  }

  private answer({ from, server, fate, settle }: Exchange, statusCode: number, text: string): void {
    if (fate.lost === 'silent after' || this.faults.isCut(from.name, server.process.name)) return;
    this.scheduler.after(fate.toClientMs, () => {
      if (fate.lost === 'reset after') settle(reset());
      else settle({ statusCode, headers: {}, body: new Body(text) });
    });
  }

  /** The server hears a while later that nobody waits any more. */
  private leave(from: SimulatedProcess, gone: AbortController): void {
    if (gone.signal.aborted) return;
    this.scheduler.after(5, () => {
      if (!this.servers.some(({ process }) => this.faults.isCut(from.name, process.name))) gone.abort();
    });
  }
}

const failure = (code: string): Error => Object.assign(new Error(code), { code });
const reset = (): Error => failure('ECONNRESET');
