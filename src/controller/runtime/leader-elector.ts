import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Registry } from 'prom-client';
import type { Clock } from '../../time';
import { sleep, systemClock } from '../../time';
import { bounded, whenAborted } from './bounded';
import type { KubeClient } from './client-types';
import { isAlreadyExists, isConflict, messageOf } from './errors';
import type { Candidate } from './leadership';
import type { Lease, LeaseSpec } from './lease';
import { microTime, observeLease } from './lease';
import type { ObservedLease } from './lease';
import type { Logger } from './logger';
import { silentLogger } from './logger';
import { electionMetrics } from './instruments';
import { LEASES } from './objects';

export interface LeaderElectorOptions {
  /** The elector makes its own connections from it, so that no busy pool delays a renewal. */
  client: KubeClient;
  namespace: string;
  /** Name of the Lease. */
  name: string;
  /** Who we are; @default <host name>_<random> */
  identity?: string;
  /** How long others wait after the last renewal that they saw. */
  leaseDurationMs: number;
  /** A leader who could not renew for so long stops leading; less than the lease's duration. */
  renewDeadlineMs: number;
  /** Pause between two attempts to take or renew the Lease. */
  retryPeriodMs: number;
  /** The signal is aborted when leading ends. */
  onStartedLeading(signal: AbortSignal): void | Promise<void>;
  /** Awaited before the Lease is given back, and renewed meanwhile. */
  onStoppedLeading(): void | Promise<void>;
  logger?: Logger;
  clock?: Clock;
  /** From 0 up to but without 1, for jitter; @default Math.random */
  random?: () => number;
  metrics?: Registry;
}

/** A Lease that cannot be read or written is told so often. */
const TELL_EVERY_MS = 60_000;

/** A moment on both clocks. */
interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

/**
 * Leader election on a coordination.k8s.io Lease, with client-go's rules: a Lease counts as held until its duration has
 * passed on our own clock since we last saw it change, so clocks need not agree.
 */
export class LeaderElector implements Candidate {
  readonly identity: string;
  private readonly client: KubeClient;
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly metrics: ReturnType<typeof electionMetrics>;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private observed: ObservedLease | undefined;
  /** Our last successful write of the Lease; undefined while we do not lead. */
  private renewed: Moment | undefined;
  /** Monotonic time of the first attempt in a row that failed, and of the last one that was told. */
  private failing: { readonly since: number; toldAt: number; message: string } | undefined;

  constructor(private readonly options: LeaderElectorOptions) {
    if (this.options.renewDeadlineMs >= this.options.leaseDurationMs) {
      throw new Error(
        `renewDeadlineMs (${this.options.renewDeadlineMs}) must be less than leaseDurationMs (${this.options.leaseDurationMs}), or two would lead at once.`,
      );
    }
    this.identity = options.identity ?? `${hostname()}_${randomBytes(6).toString('hex')}`;
    this.clock = options.clock ?? systemClock;
    this.logger = options.logger ?? silentLogger;
    this.metrics = electionMetrics(options.metrics, options.name);
    this.client = options.client.separate({
      qps: 10,
      burst: 20,
      timeoutMs: Math.ceil(this.options.renewDeadlineMs / 2),
    });
  }

  /**
   * True while we may act as the leader: false by itself from the renew deadline on, so that what was sent just before it
   * has arrived when another may lead, and even if this process was stopped meanwhile.
   */
  get isLeader(): boolean {
    if (!this.renewed) return false;
    const { monotonic, wall } = this.renewed;
    // A machine that slept may not count its sleep in the monotonic clock.
    return Math.max(this.clock.monotonic() - monotonic, this.clock.now() - wall) < this.options.renewDeadlineMs;
  }

  /** Who led when we last looked. */
  get leader(): string | undefined {
    return this.observed?.holder;
  }

  /** How often the Lease has changed hands. */
  get term(): number | undefined {
    return this.observed?.lease.spec?.leaseTransitions;
  }

  /** Why nobody can lead through us, once that has lasted as long as a Lease. */
  get problem(): string | undefined {
    if (!this.failing) return undefined;
    const forMs = this.clock.monotonic() - this.failing.since;
    if (forMs < this.options.leaseDurationMs) return undefined;
    return `it could not be read or written for ${Math.round(forMs / 1000)} s: ${this.failing.message}`;
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
      if (await this.attempt(this.clock.monotonic() + this.options.renewDeadlineMs, signal)) await this.lead();
      await sleep(this.clock, this.options.retryPeriodMs * (1 + 1.2 * (this.options.random ?? Math.random)()), signal);
    }
  }

  private async lead(): Promise<void> {
    const leading = new AbortController();
    const working = new AbortController();
    this.metrics?.leading.set(1);
    this.logger.info({ lease: this.options.name, identity: this.identity }, 'became the leader');
    // Until the work has ended, so that nobody else begins it meanwhile.
    const renewing = this.keepRenewing(working.signal).then(() => leading.abort());
    const starting = this.startLeading(leading);
    await whenAborted(AbortSignal.any([this.stopping.signal, leading.signal]));
    leading.abort();
    await starting;
    this.metrics?.leading.set(0);
    this.logger[this.stopping.signal.aborted ? 'info' : 'error']({ lease: this.options.name }, 'stopped leading');
    try {
      await this.options.onStoppedLeading();
    } catch (error) {
      this.logger.error({ err: error }, 'stopping as the leader failed');
    }
    working.abort();
    await renewing;
    // Only now may another one lead: what we did as the leader has ended.
    if (this.leader === this.identity) await this.release();
    this.renewed = undefined;
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

  /** Ends when told to, or when the Lease is lost: at the renew deadline at the latest. */
  private async keepRenewing(until: AbortSignal): Promise<void> {
    let dueAt = this.renewDueAt;
    while (!until.aborted) {
      const wakeAt = Math.min(this.clock.monotonic() + this.options.retryPeriodMs, dueAt);
      await sleep(this.clock, wakeAt - this.clock.monotonic(), until);
      if (until.aborted) return;
      const now = this.clock.monotonic();
      // Who wakes up so late was stopped itself. It has written nothing since, and the Lease may stand as it left it.
      if (now - wakeAt >= this.options.retryPeriodMs) dueAt = now + this.options.renewDeadlineMs;
      if (now >= dueAt) return;
      if (await this.attempt(dueAt, until)) dueAt = this.renewDueAt;
      else if (this.leader !== this.identity) return;
    }
  }

  /** One attempt that ends in time, whatever hangs; true when the Lease is ours afterwards. */
  private async attempt(dueAt: number, signal: AbortSignal): Promise<boolean> {
    const startedAt = { monotonic: this.clock.monotonic(), wall: this.clock.now() };
    try {
      const written = await bounded(this.clock, dueAt - startedAt.monotonic, signal, (bound) =>
        this.acquireOrRenew(bound),
      );
      if (this.failing) this.logger.info({ lease: this.options.name }, 'the Lease can be read and written again');
      this.failing = undefined;
      if (written === undefined) return false;
      this.observe(written);
      // Counted from before the request, as the others may have seen it then.
      this.renewed = startedAt;
      return true;
    } catch (error) {
      if (!signal.aborted) this.fail(messageOf(error));
      return false;
    }
  }

  /** The Lease as we wrote it; undefined when it is another's. */
  private async acquireOrRenew(signal: AbortSignal): Promise<Lease | undefined> {
    const known = this.renewed === undefined ? undefined : this.observed?.lease;
    try {
      // A leader's renewal needs no look first: the resource version guards it.
      const lease = known ?? (await this.read(signal));
      return lease === undefined ? await this.create(signal) : await this.takeOrRenew(lease, signal);
    } catch (error) {
      if (!isConflict(error) && !isAlreadyExists(error)) throw error;
      // A lost race: see who won.
      await this.read(signal);
      return undefined;
    }
  }

  private fail(message: string): void {
    const now = this.clock.monotonic();
    this.metrics?.failures.inc();
    this.failing = { since: now, toldAt: -Infinity, ...this.failing, message };
    const isDue = now - this.failing.toldAt >= TELL_EVERY_MS;
    if (isDue) this.failing.toldAt = now;
    const { namespace, name } = this.options;
    const text = 'the Lease cannot be read or written: no replica leads through this one';
    this.logger[isDue ? 'warn' : 'debug']({ namespace, lease: name, err: message }, text);
  }

  private async read(signal: AbortSignal): Promise<Lease | undefined> {
    const lease = await this.client.get<Lease>(LEASES, this.options.namespace, this.options.name, { signal });
    if (lease && !signal.aborted) this.observe(lease);
    return lease;
  }

  private create(signal: AbortSignal): Promise<Lease> {
    const { namespace, name } = this.options;
    const lease = { metadata: { name, namespace }, spec: this.spec(undefined) };
    return this.client.create<Lease>(LEASES, namespace, lease, { signal });
  }

  private async takeOrRenew(lease: Lease, signal: AbortSignal): Promise<Lease | undefined> {
    const holder = lease.spec?.holderIdentity ?? '';
    if (holder !== '' && holder !== this.identity && !this.hasExpired()) return undefined;
    const next = { ...lease, spec: this.spec(lease.spec) };
    return this.client.update<Lease>(LEASES, this.options.namespace, next, { signal });
  }

  private hasExpired(): boolean {
    if (!this.observed) return false;
    return this.clock.monotonic() - this.observed.changedAt >= this.observed.durationMs;
  }

  /** The resource version guards it: a Lease that another one has taken stays that one's. */
  private async release(): Promise<void> {
    const lease = this.observed?.lease;
    if (!lease) return;
    const spec = {
      ...lease.spec,
      holderIdentity: '',
      leaseDurationSeconds: 1,
      renewTime: microTime(this.clock.now()),
    };
    try {
      await bounded(this.clock, this.options.retryPeriodMs, undefined, (signal) =>
        this.client.update<Lease>(LEASES, this.options.namespace, { ...lease, spec }, { signal }),
      );
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
      leaseDurationSeconds: Math.max(1, Math.ceil(this.options.leaseDurationMs / 1000)),
      acquireTime: same ? (previous.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: (previous?.leaseTransitions ?? 0) + (previous && !same ? 1 : 0),
    };
  }

  private observe(lease: Lease): void {
    const before = this.leader;
    this.observed = observeLease(this.observed, lease, this.clock.monotonic());
    const { leader } = this;
    if (!leader || leader === before || leader === this.identity) return;
    this.logger.info({ lease: this.options.name, leader }, 'another replica leads');
  }

  private get renewDueAt(): number {
    return (this.renewed?.monotonic ?? -Infinity) + this.options.renewDeadlineMs;
  }
}
