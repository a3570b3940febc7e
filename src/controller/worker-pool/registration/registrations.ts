import { REASON } from '../../../api';
import { Gate } from '../../../protocol/gate';
import { backoffMs, type Clock } from '../../../time';
import { isHalted, keyOf, messageOf, type KubeClient, type Logger } from '../../runtime';
import type { PoolMemory } from '../memory';
import type { Action, ActionOf, RegistrationFailure } from '../snapshot';
import { readApiCredentials } from './api-credentials';
import { ControlPlaneApis } from './control-plane-api';
import { RegistrationError } from './error';
import { hashOf, settingsOf } from './settings';
import { deletePool, deleteSecret, ownSecret, register, settleSettings, type Step } from './steps';

/** Pools at once: a control plane that hangs must not take the passes of all pools. */
const AT_ONCE = 8;
const RETRY = { firstMs: 1_000, longestMs: 60_000 };
/** What somebody has changed in the control plane is put right after this time, with as much jitter, in milliseconds. */
export const SETTINGS_LOOK_MS = 900_000;

type RegistrationAction = 'registerPool' | 'settlePool' | 'deletePool';

export const isOfRegistration = (action: Action): action is ActionOf<RegistrationAction> =>
  ['registerPool', 'settlePool', 'deletePool'].includes(action.type);

interface RegistrationsOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where the operator's own API credentials lie. */
  readonly operatorNamespace: string;
  /** From 0 to below 1. */
  readonly random?: () => number;
}

/** Registers pools, keeps and deletes them, beside the passes; each thing that it does may be done again. */
export class Registrations {
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<void>>();
  private readonly gate = new Gate(AT_ONCE);
  private readonly apis: ControlPlaneApis;

  constructor(private readonly options: RegistrationsOptions) {
    this.apis = new ControlPlaneApis(options.clock);
  }

  /** Returns at once; `done` is called when the memory tells how it went. */
  start(memory: PoolMemory, what: RegistrationAction, done: () => void): void {
    memory.registration.asking = true;
    const work = this.attempt(memory, what).finally(() => {
      this.running.delete(work);
      memory.registration.asking = false;
      if (!this.stopping.signal.aborted) done();
    });
    this.running.add(work);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.running);
  }

  private async attempt(memory: PoolMemory, what: RegistrationAction): Promise<void> {
    const leave = await this.gate.enter();
    const { registration } = memory;
    try {
      this.stopping.signal.throwIfAborted();
      await this[what](memory);
      registration.failure = undefined;
    } catch (error) {
      if (this.stopping.signal.aborted || isHalted(error)) return;
      registration.failure = this.failureOf(error, memory);
    } finally {
      leave();
    }
  }

  private async registerPool(memory: PoolMemory): Promise<void> {
    const { pool } = memory;
    await this.at(pool, (step) => register(step));
    this.options.logger.info({ pool: keyOf(pool) }, 'registered a pool');
    // What is read next is its token.
    delete memory.credentials;
  }

  private async settlePool(memory: PoolMemory): Promise<void> {
    const { registration, pool, credentials } = memory;
    const { clock, random = Math.random } = this.options;
    const read = credentials?.result;
    if (read?.state !== 'valid') return;
    const { poolId } = read.credentials.token;
    const settings = hashOf(settingsOf(pool));
    registration.lookedAt = clock.now();
    await this.at(pool, (step) => settleSettings(step, poolId));
    registration.settled = settings;
    registration.lookAt = clock.now() + SETTINGS_LOOK_MS * (1 + random());
  }

  private async deletePool(memory: PoolMemory): Promise<void> {
    const { pool } = memory;
    const { client } = this.options;
    const { signal } = this.stopping;
    const own = await ownSecret({ client, pool, signal });
    if (own || pool.status?.autoRegistered) await this.at(pool, (step) => deletePool(step, own));
    if (own) await deleteSecret({ client, pool, signal }, own);
    memory.registration.removed = true;
  }

  /** At the control plane of the pool, with an API key as the Secret has it now. */
  private async at(pool: PoolMemory['pool'], work: (step: Step) => Promise<void>): Promise<void> {
    const { client, operatorNamespace } = this.options;
    const { signal } = this.stopping;
    const credentials = await readApiCredentials(client, pool, operatorNamespace, signal);
    await this.apis.with(credentials, signal, (api) => work({ client, pool, api, signal }));
  }

  private failureOf(error: unknown, { pool, registration: { failure } }: PoolMemory): RegistrationFailure {
    const { clock, logger, random = Math.random } = this.options;
    const now = clock.now();
    const failures = (failure?.failures ?? 0) + 1;
    const isKnown = error instanceof RegistrationError;
    const message = messageOf(error);
    logger.warn({ pool: keyOf(pool), error: message }, 'the registration of a pool failed');
    return {
      // What passes by itself keeps the words of before.
      problem: isKnown ? error.problem : (failure?.problem ?? { reason: REASON.apiServerUnavailable, message }),
      isVerdict: isKnown && error.isVerdict,
      since: failure?.since ?? now,
      failures,
      retryAt: now + backoffMs(failures, { ...RETRY, random }),
    };
  }
}
