import type { Context } from 'hono';
import { Ulid } from '../../protocol/messages';
import type { Admission } from '../admission';
import { RequestError } from '../errors';
import { authenticateAttempt, authenticatePool } from '../identity/pool-identity';
import type { ProofCheck, ProofChecks } from '../identity/proof-checks';
import { LIMIT, OPERATION_BYTES } from '../limits';
import type { QueueContext } from '../queue/context';
import type { Attempted } from '../queue/pod-operations';
import { bearer, parseJsonBody } from './app';

export type Operation = keyof typeof OPERATION_BYTES;

/** Who speaks the worker protocol, and how much of it at once. */
export class PoolCallers {
  constructor(
    private readonly context: QueueContext,
    private readonly admission: Admission,
    private readonly proofs: ProofChecks,
  ) {}

  /** The pool that asks. @throws RequestError `unauthorized`, or `too-many-requests` after many failures */
  async pool(c: Context): Promise<string> {
    const { store, now } = this.context;
    const poolId = await authenticatePool(store.read, bearer(c.req.header('Authorization')), now(), this.checkOf(c));
    this.admission.proved(c, `pool ${poolId}`);
    return poolId;
  }

  /** The attempt whose run Pod asks. @throws RequestError as `pool` */
  async attempt(c: Context): Promise<Attempted> {
    const [runId, attempt] = [c.req.param('run') ?? '', Number(c.req.param('attempt'))];
    if (!Ulid.safeParse(runId).success || !Number.isSafeInteger(attempt) || attempt < 1) {
      throw new RequestError('malformed', 'the path must name a run by its ULID and an attempt by its number');
    }
    // A start gives out the stack's environment.
    if (c.req.param('operation') === 'start') return { poolId: await this.pool(c), runId, attempt };
    const { store, now } = this.context;
    const jwt = bearer(c.req.header('Authorization'));
    const poolId = await authenticateAttempt(store.read, jwt, now(), { runId, attempt }, this.checkOf(c));
    this.admission.proved(c, `pool ${poolId}`);
    return { poolId, runId, attempt };
  }

  /** Carries out what a run Pod asks, with few requests of one kind at once. */
  async asAttempt(c: Context, kind: string, work: (who: Attempted) => Promise<Response>): Promise<Response> {
    const who = await this.attempt(c);
    const key = `${kind} of ${who.poolId} ${who.runId} ${who.attempt}`;
    const sentence = `too many requests ${kind} of attempt ${who.attempt} of run ${who.runId} at once`;
    return this.admission.inFlight.during(key, LIMIT.attemptRequests, sentence, () => work(who));
  }

  /** Reads an operation's body and answers it; one that waits, which its long polls do, is none of the pool's requests. */
  async answer<T>(
    c: Context,
    { poolId, operation, waits }: { readonly poolId: string; readonly operation: Operation; readonly waits: boolean },
    work: (body: unknown) => Promise<T>,
  ): Promise<T> {
    const leave = this.admission.inFlight.enter(
      `pool ${poolId}`,
      LIMIT.poolRequests,
      'too many requests of the pool at once',
    );
    try {
      const limits = { who: `pool ${poolId}`, most: OPERATION_BYTES[operation] };
      const body = parseJsonBody(await this.admission.body(c, limits));
      if (waits) leave();
      return await work(body);
    } finally {
      leave();
    }
  }

  /** Waits for changes with few others of the session and the pool. */
  watching<T>(poolId: string, body: unknown, watch: () => Promise<T>): Promise<T> {
    const { inFlight } = this.admission;
    const { session } = (body ?? {}) as { session?: unknown };
    const key = `watches of ${poolId}`;
    const ofSession = `${key} ${typeof session === 'string' ? session.slice(0, 128) : ''}`;
    return inFlight.during(key, LIMIT.poolWatches, 'too many watches of the pool at once', () =>
      inFlight.during(ofSession, LIMIT.sessionWatches, 'too many watches of the session at once', watch),
    );
  }

  private checkOf(c: Context): ProofCheck {
    return this.proofs.from(this.admission.addressOf(c), 'pool');
  }
}
