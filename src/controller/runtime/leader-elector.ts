import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Registry } from 'prom-client';
import type { Clock } from '../../time';
import { sleep, systemClock } from '../../time';
import type { KubeClient } from './client-types';
import { isAlreadyExists, isConflict, messageOf } from './errors';
import type { Lease, LeaseSpec } from './lease';
import { microTime, observeLease } from './lease';
import type { ObservedLease } from './lease';
import type { Logger } from './logger';
import { silentLogger } from './logger';
import { electionMetrics } from './metrics';
import { LEASES } from './objects';

export interface LeaderElectorOptions {
  /** The elector makes its own connections from it, so that no busy pool delays a renewal. */
  client: KubeClient;
  namespace: string;
  /** Name of the Lease. */
  name: string;
  /** Who we are; @default <host name>_<random> */
  identity?: string;
  /** How long others wait after the last renewal that they saw; @default 15,000 */
  leaseDurationMs?: number;
  /** A leader who could not renew for so long stops leading; less than the lease's duration; @default 10,000 */
  renewDeadlineMs?: number;
  /** @default 2,000 */
  retryPeriodMs?: number;
  /** The signal is aborted when leading ends. */
  onStartedLeading(signal: AbortSignal): void | Promise<void>;
  /** Awaited before the Lease is given back. */
  onStoppedLeading(): void | Promise<void>;
  onNewLeader?(identity: string): void;
  logger?: Logger;
  clock?: Clock;
  /** From 0 up to but without 1, for jitter; @default Math.random */
  random?: () => number;
  metrics?: Registry;
}

/**
 * Leader election on a coordination.k8s.io Lease, with client-go's rules: a Lease counts as held until its duration has
 * passed on our own clock since we last saw it change, so clocks need not agree.
 */
export class LeaderElector {
  readonly identity: string;
  private readonly client: KubeClient;
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly metrics: ReturnType<typeof electionMetrics>;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private observed: ObservedLease | undefined;
  /** Monotonic time of our last successful write of the Lease; undefined while we do not lead. */
  private renewedAt: number | undefined;

  constructor(private readonly options: LeaderElectorOptions) {
    if (this.renewDeadlineMs >= this.leaseDurationMs) {
      throw new Error(
        `renewDeadlineMs (${this.renewDeadlineMs}) must be less than leaseDurationMs (${this.leaseDurationMs}), or two would lead at once.`,
      );
    }
    this.identity = options.identity ?? `${hostname()}_${randomBytes(6).toString('hex')}`;
    this.clock = options.clock ?? systemClock;
    this.logger = options.logger ?? silentLogger;
    this.metrics = electionMetrics(options.metrics, options.name);
    this.client = options.client.separate({ qps: 10, burst: 20, timeoutMs: Math.ceil(this.renewDeadlineMs / 2) });
  }

  /** True while we hold the Lease; false by itself once it can have expired, even if this process was stopped meanwhile. */
  get isLeader(): boolean {
    return this.renewedAt !== undefined && this.clock.monotonic() - this.renewedAt < this.leaseDurationMs;
  }

  /** Who led when we last looked. */
  get leader(): string | undefined {
    return this.observed?.holder;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Stops leading, then gives the Lease back so that the next one need not wait for it to expire. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await this.client.close();
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      if (await this.tryAcquireOrRenew()) await this.lead();
      await sleep(this.clock, this.retryPeriodMs * (1 + 1.2 * (this.options.random ?? Math.random)()), signal);
    }
  }

  private async lead(): Promise<void> {
    const leading = new AbortController();
    this.metrics?.leading.set(1);
    this.logger.info({ lease: this.options.name, identity: this.identity }, 'became the leader');
    const starting = this.startLeading(leading);
    await this.keepRenewing(AbortSignal.any([this.stopping.signal, leading.signal]));
    leading.abort();
    await starting;
    this.metrics?.leading.set(0);
    this.logger[this.stopping.signal.aborted ? 'info' : 'error']({ lease: this.options.name }, 'stopped leading');
    try {
      await this.options.onStoppedLeading();
    } catch (error) {
      this.logger.error({ err: error }, 'stopping as the leader failed');
    }
    // Only now may another one lead: what we did as the leader has ended.
    if (this.isLeader) await this.release();
    this.renewedAt = undefined;
  }

  /** Beside the renewals, because starting may take longer than a Lease lasts. Who cannot start does not lead. */
  private async startLeading(leading: AbortController): Promise<void> {
    try {
      await this.options.onStartedLeading(leading.signal);
    } catch (error) {
      this.logger.error({ err: error }, 'starting as the leader failed');
      leading.abort();
    }
  }

  private async keepRenewing(until: AbortSignal): Promise<void> {
    for (;;) {
      await sleep(this.clock, this.retryPeriodMs, until);
      if (until.aborted) return;
      const dueAt = (this.renewedAt ?? -Infinity) + this.renewDeadlineMs;
      if (await this.tryAcquireOrRenew()) continue;
      if (this.clock.monotonic() >= dueAt || this.leader !== this.identity) return;
    }
  }

  /** One attempt; true when the Lease is ours afterwards. */
  private async tryAcquireOrRenew(): Promise<boolean> {
    const startedAt = this.clock.monotonic();
    try {
      const known = this.renewedAt === undefined ? undefined : this.observed?.lease;
      // A leader's renewal needs no look first: the resource version guards it.
      const lease = known ?? (await this.read());
      const written = lease === undefined ? await this.create() : await this.takeOrRenew(lease);
      if (written === undefined) return false;
      this.observe(written);
      // Counted from before the request, as the others may have seen it then.
      this.renewedAt = startedAt;
      return true;
    } catch (error) {
      if (isConflict(error) || isAlreadyExists(error)) await this.look();
      this.logger.debug(
        { lease: this.options.name, err: messageOf(error) },
        'the Lease could not be acquired or renewed',
      );
      return false;
    }
  }

  private async read(): Promise<Lease | undefined> {
    const lease = await this.client.get<Lease>(LEASES, this.options.namespace, this.options.name);
    if (lease) this.observe(lease);
    return lease;
  }

  /** After a lost race: see who won; a failure here is found again by the next attempt. */
  private async look(): Promise<void> {
    await this.read().catch(() => undefined);
  }

  private create(): Promise<Lease> {
    const { namespace, name } = this.options;
    return this.client.create<Lease>(LEASES, namespace, { metadata: { name, namespace }, spec: this.spec(undefined) });
  }

  private async takeOrRenew(lease: Lease): Promise<Lease | undefined> {
    const holder = lease.spec?.holderIdentity ?? '';
    if (holder !== '' && holder !== this.identity && !this.hasExpired()) return undefined;
    return this.client.update<Lease>(LEASES, this.options.namespace, { ...lease, spec: this.spec(lease.spec) });
  }

  private hasExpired(): boolean {
    if (!this.observed) return false;
    return this.clock.monotonic() - this.observed.changedAt >= this.observed.durationMs;
  }

  private async release(): Promise<void> {
    const lease = this.observed?.lease;
    if (!lease) return;
    try {
      const spec = {
        ...lease.spec,
        holderIdentity: '',
        leaseDurationSeconds: 1,
        renewTime: microTime(this.clock.now()),
      };
      await this.client.update<Lease>(LEASES, this.options.namespace, { ...lease, spec });
    } catch (error) {
      this.logger.warn({ lease: this.options.name, err: messageOf(error) }, 'the Lease could not be given back');
    }
  }

  private spec(previous: LeaseSpec | undefined): LeaseSpec {
    const now = microTime(this.clock.now());
    const same = previous?.holderIdentity === this.identity;
    return {
      ...previous,
      holderIdentity: this.identity,
      leaseDurationSeconds: Math.max(1, Math.ceil(this.leaseDurationMs / 1000)),
      acquireTime: same ? (previous.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: (previous?.leaseTransitions ?? 0) + (previous && !same ? 1 : 0),
    };
  }

  private observe(lease: Lease): void {
    const before = this.leader;
    this.observed = observeLease(this.observed, lease, this.clock.monotonic());
    const after = this.leader;
    if (after !== undefined && after !== before) this.options.onNewLeader?.(after);
  }

  private get leaseDurationMs(): number {
    return this.options.leaseDurationMs ?? 15_000;
  }

  private get renewDeadlineMs(): number {
    return this.options.renewDeadlineMs ?? 10_000;
  }

  private get retryPeriodMs(): number {
    return this.options.retryPeriodMs ?? 2_000;
  }
}
