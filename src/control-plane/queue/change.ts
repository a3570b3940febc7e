import type { Transaction } from '../store';
import type { LeaseReading } from '../store/lease-clock';
import type { Assignable } from '../store/looks';
import type { Worked } from '../store/pools';
import type { RunRecord, WebhookFilter } from '../store/records';
import type { LetGo, QueueSettings } from './context';
import type { Moment } from './moments';
import { monthOf } from './month';
import { tellWebhooks, type StateChange } from './state-changes';
import { poolTopic, runTopic, stackTopic, WEBHOOKS_TOPIC } from './wakeups';

/** Runs given out in one transaction; the rest follows in the next. */
export const BATCH = 100;

/** Of each member of a union. */
type DistributiveOmit<T, K extends keyof T> = T extends unknown ? Omit<T, K> : never;

/** A line for the log of the process. */
interface Said {
  readonly level: 'info' | 'warn' | 'error';
  readonly fields: object;
  readonly message: string;
}

/** What is to be done once a change is committed. */
export interface Aftermath {
  readonly said: readonly Said[];
  readonly blobsLetGo: readonly LetGo[];
  readonly moments: readonly Moment[];
  /** Something may be given out there now. */
  readonly poolsToAssign: readonly string[];
}

/** One transaction of the queue, with what others are to be told of it. */
export class Change {
  private readonly workers = new Map<string, Set<string>>();
  private readonly pools = new Map<string, ReturnType<Transaction['pools']['nextRevision']>>();
  private readonly worked = new Map<string, number>();
  private readonly topics = new Set<string>();
  private readonly runs = new Map<string, RunRecord>();
  private readonly toAssign = new Set<string>();
  private readonly looks = new Map<string, Promise<Assignable>>();
  private readonly states: StateChange[] = [];
  private readonly toSettle = new Set<string>();
  private readonly free: LetGo[] = [];
  private readonly said: Said[] = [];
  private readonly moments: Moment[] = [];
  private told: number | undefined;
  private webhooks: Promise<readonly WebhookFilter[]> | undefined;
  private clock: ReturnType<Transaction['leaseClock']['look']> | undefined;

  constructor(
    readonly tx: Transaction,
    readonly now: number,
    readonly settings: QueueSettings,
    /** Whether what may run is given out at its end. */
    private readonly givesOut = true,
  ) {}

  /** Says something in the log of the process, once it is so. */
  say(level: Said['level'], fields: object, message: string): void {
    this.said.push({ level, fields, message });
  }

  leaseClock(): ReturnType<Transaction['leaseClock']['look']> {
    return (this.clock ??= this.tx.leaseClock.look());
  }

  /** The reading of the lease clock. */
  async reading(): Promise<number> {
    return this.told ?? (await this.leaseClock()).reading;
  }

  /** A statement told the reading beside something else, and perhaps all that the lease clock shows. */
  tells(reading: number, clock?: LeaseReading): void {
    this.told = reading;
    if (clock) this.clock = Promise.resolve(clock);
  }

  /** The revision of a pool for all that changes in it here. Its row is held from here on. */
  revisionOf(poolId: string): ReturnType<Transaction['pools']['nextRevision']> {
    const taken = this.pools.get(poolId) ?? this.tx.pools.nextRevision(poolId, this.workedFor(poolId));
    this.pools.set(poolId, taken);
    return taken;
  }

  private workedFor(poolId: string): Worked | undefined {
    const ms = this.worked.get(poolId);
    return ms === undefined ? undefined : { month: monthOf(this.now).name, ms };
  }

  /** The views of a pool's workers are others now, and have its revision already. */
  poolChanged(poolId: string): void {
    this.topics.add(poolTopic(poolId));
  }

  /** The view of a worker is another now. */
  touch(poolId: string, ...workerIds: readonly string[]): void {
    const touched = this.workers.get(poolId) ?? new Set();
    this.workers.set(poolId, touched);
    for (const id of workerIds) touched.add(id);
  }

  /** A worker is done with what it had begun then; said before anything takes the revision of its pool. */
  workEnded(poolId: string, workerId: string, startedAt: number): void {
    const ms = Math.max(0, this.now - Math.max(startedAt, monthOf(this.now).begins));
    this.worked.set(poolId, (this.worked.get(poolId) ?? 0) + ms);
    this.touch(poolId, workerId);
  }

  /** A run is so now, with a record of its log more. */
  moved(run: RunRecord, line = ''): void {
    this.runs.set(run.id, { ...run, logBytes: run.logBytes + Buffer.byteLength(line) });
  }

  /** A run as it was moved last, or as it was seen. */
  asMoved(run: RunRecord): RunRecord {
    return this.runs.get(run.id) ?? run;
  }

  /** The relay and the followers of a run are to look again. */
  runChanged(runId: string): void {
    this.topics.add(runTopic(runId));
  }

  /** A run is in another state now, or there is one. */
  stateChanged(change: StateChange): void {
    this.states.push(change);
    // Goes along with what else is asked now.
    if (this.states.length === 1) this.listening().catch(() => undefined);
    this.runChanged(change.id);
  }

  private listening(): Promise<readonly WebhookFilter[]> {
    return (this.webhooks ??= this.tx.webhooks.listening());
  }

  /** What is known of a stack is to be looked at again. */
  stackChanged(stackId: string): void {
    this.topics.add(stackTopic(stackId));
  }

  /** A run may go to a worker now. */
  mayAssign(poolId: string): void {
    this.toAssign.add(poolId);
    this.looks.delete(poolId);
    // Goes along with what else is asked now.
    if (this.givesOut) this.assignable(poolId).catch(() => undefined);
  }

  /** What there is to give out in a pool, as it was when that was said last. */
  assignable(poolId: string): Promise<Assignable> {
    const look = this.looks.get(poolId) ?? this.tx.looks.assignable(poolId, BATCH);
    this.looks.set(poolId, look);
    return look;
  }

  get poolsToAssign(): readonly string[] {
    return [...this.toAssign].sort();
  }

  /** All that may run in a pool is given out. */
  assignedAll(poolId: string): void {
    this.toAssign.delete(poolId);
  }

  /** In a pool a run that looks for drift was queued, or has ended: others may be let go. */
  driftRunsChanged(poolId: string): void {
    this.toSettle.add(poolId);
  }

  /** Lets as many of those go as their pools take at once. */
  async settleDriftRuns(): Promise<void> {
    for (const poolId of [...this.toSettle].sort()) {
      const pool = await this.tx.pools.lock(poolId);
      if (pool && (await this.tx.drift.settle(poolId, pool.driftDetectionRunLimit))) this.mayAssign(poolId);
    }
  }

  /** Something happened to a run now. */
  happened(moment: DistributiveOmit<Moment, 'at'>): void {
    this.moments.push({ ...moment, at: this.now });
  }

  /** A blob that a row named is needed by it no more. */
  letGo(blob: LetGo): void {
    this.free.push(blob);
  }

  get aftermath(): Aftermath {
    const { said, free, moments, poolsToAssign } = this;
    return { said, blobsLetGo: free, moments, poolsToAssign };
  }

  /**
   * Gives the workers that changed one new revision a pool. The rows of pools are held from then on, so that this comes
   * last, and in one order.
   */
  async finish(): Promise<void> {
    if (this.states.length > 0) await this.tellWebhooks();
    for (const [poolId, workerIds] of [...this.workers].sort(([a], [b]) => (a < b ? -1 : 1))) {
      await this.tx.workers.setRevision([...workerIds], (await this.revisionOf(poolId)).revision);
      this.poolChanged(poolId);
    }
    if (this.topics.size > 0) await this.tx.notify([...this.topics]);
  }

  private async tellWebhooks(): Promise<void> {
    const { tx, now } = this;
    if (await tellWebhooks({ tx, now, webhooks: await this.listening() }, this.states)) this.topics.add(WEBHOOKS_TOPIC);
  }
}
