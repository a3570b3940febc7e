import { EXCEEDED_DEADLINE_SECONDS } from '../../../src/controller/run/pod';
import { OutcomeReason } from '../../../src/protocol/messages';
import { isTerminal } from '../../../src/control-plane/queue/transitions';
import type { RunState } from '../../../src/control-plane/store/records';
import type { Change } from '../api-server';
import type { SimulatedDatabase } from '../world/database';
import type { Acknowledged, DeedObserver, PodObserver, SeenPod } from '../world/observers';
import type { WorkScript } from '../world/work';
import type { InvariantName, Violation } from './violation';

/** A run as its row has it. */
export interface RunRow {
  readonly id: string;
  readonly stackId: string;
  readonly type: string;
  readonly state: RunState;
  readonly reason: string | null;
  readonly message: string;
  readonly stopReason: string | null;
  readonly attempt: number;
  readonly holding: number;
}

const RUNS =
  'SELECT id, stackId, type, state, reason, message, stopReason, attempt, holding FROM runs ORDER BY position';

/** What takes turns on its stack. */
const CHANGING = ['TRACKED', 'DESTROY', 'TASK'];
const REASONS: readonly string[] = OutcomeReason.options;

/** What has happened so far, and whether it may have happened. It looks at what changed, not at everything. */
export class Ledger implements PodObserver, DeedObserver {
  violation: Violation | undefined;
  readonly askedRuns = new Set<string>();
  readonly acknowledged: Acknowledged[] = [];
  /** By run: what its steps wrote, in order. */
  readonly written = new Map<string, string[]>();
  restores = 0;
  lost = 0;
  doubled = 0;
  private readonly begun = new Map<string, Set<string>>();
  private readonly working = new Map<string, SeenPod>();
  private readonly ended = new Map<string, string>();
  private readonly hurts = new Map<string, string[]>();
  private readonly stoppedRuns = new Set<string>();
  private readonly failing = new Set<string>();
  private hurtOfAll: string | undefined;
  private isStale = true;
  private known: readonly RunRow[] = [];

  constructor(
    private readonly database: SimulatedDatabase,
    private readonly secrets: readonly string[],
  ) {}

  /** As they are now. */
  get runs(): readonly RunRow[] {
    if (this.isStale) {
      this.isStale = false;
      this.known = this.database.query(RUNS) as unknown as RunRow[];
    }
    return this.known;
  }

  committed(): void {
    this.isStale = true;
  }

  /** After each step. */
  check(): void {
    if (!this.isStale) return;
    for (const run of this.runs) this.checkRun(run);
  }

  broken(invariant: InvariantName, sentence: string): void {
    this.violation ??= { invariant, sentence };
  }

  asked(runId: string): void {
    this.askedRuns.add(runId);
  }

  stopped(runId: string): void {
    this.stoppedRuns.add(runId);
  }

  hurt(runId: string, why: string): void {
    this.hurts.set(runId, [...(this.hurts.get(runId) ?? []), why]);
  }

  hurtAll(why: string): void {
    this.hurtOfAll ??= why;
  }

  restored(): void {
    this.restores += 1;
    // What came after the backup has not happened.
    this.ended.clear();
    this.isStale = true;
  }

  scripted(pod: SeenPod, script: WorkScript): void {
    if (script.failsAt !== undefined) this.failing.add(pod.attempt.runId);
  }

  stepBegan(pod: SeenPod): void {
    const { runId, attempt } = pod.attempt;
    const key = `${runId}/${attempt}`;
    const pods = this.begun.get(key) ?? new Set();
    this.begun.set(key, pods.add(pod.uid));
    if (pods.size > 1) {
      this.doubled += 1;
      this.broken('1', `attempt ${attempt} of run ${runId} has begun in ${pods.size} Pods`);
    }
    const other = this.working.get(runId);
    if (other && other !== pod) {
      this.doubled += 1;
      this.broken('1', `${pod.label} has begun while ${other.label} is at work on the same run`);
    }
    this.working.set(runId, pod);
    this.checkStack(pod);
  }

  stepEnded(pod: SeenPod): void {
    const { runId } = pod.attempt;
    if (this.working.get(runId) === pod) this.working.delete(runId);
  }

  lineWritten(pod: SeenPod, text: string): void {
    const key = `${pod.attempt.runId}/${pod.attempt.attempt}`;
    const lines = this.written.get(key) ?? [];
    if (lines.length === 0) this.written.set(key, lines);
    lines.push(text);
  }

  deadlineExceeded(pod: SeenPod): void {
    this.hurt(pod.attempt.runId, 'it took longer than its Pod may live');
  }

  crashed(pod: SeenPod, container: string, error: unknown): void {
    this.broken(
      'crash',
      `${container} of ${pod.label} crashed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }

  logsTaken(entries: readonly Acknowledged[]): void {
    this.acknowledged.push(...entries);
  }

  /** Something was written to the API server. */
  apiChanged(change: Change): void {
    const { resource, type, object } = change;
    if (resource !== 'secrets' && resource !== 'events' && type !== 'DELETED') this.checkSecrets(resource, object);
    if (resource === 'pods' && !PEOPLE.includes(change.by)) this.checkEnding(change);
  }

  /** Nobody but people and the kubelet may end a Pod whose steps are at work, unless the run is to stop. */
  private checkEnding(change: Change): void {
    const { object, by } = change;
    const how = endingOf(change);
    const runId = object.metadata.name.slice(0, 26).toUpperCase();
    const pod = this.working.get(runId);
    if (how === undefined || pod?.uid !== object.metadata.uid || this.isExcused(runId)) return;
    const run = this.runs.find(({ id }) => id === runId);
    const isToStop = run && (run.stopReason !== null || run.attempt !== pod.attempt.attempt || isTerminal(run.state));
    if (isToStop && how === 'stopped') return;
    const words = `${by} had ${pod.label} ${how} while its steps were at work (run ${run?.state ?? 'unknown'})`;
    this.broken(how === 'deleted' ? '8' : '2', words);
  }

  /** What may have ended the run, beside itself; undefined when nothing may. */
  excuseOf(runId: string): string | undefined {
    if (this.stoppedRuns.has(runId)) return 'a person stopped it';
    return this.hurts.get(runId)?.join(', ') ?? this.hurtOfAll;
  }

  private isExcused(runId: string): boolean {
    return this.excuseOf(runId) !== undefined;
  }

  private checkSecrets(resource: string, object: object): void {
    const text = JSON.stringify(object);
    const found = this.secrets.some((secret) => text.includes(secret));
    if (found) this.broken('7', `an object of ${resource} holds a key of the pool`);
  }

  private checkRun(run: RunRow): void {
    const { id, state, reason } = run;
    const before = this.ended.get(id);
    const outcome = `${state} ${reason}`;
    if (before !== undefined && before !== outcome) this.broken('3', `run ${id} was ${before} and is now ${outcome}`);
    if (before !== undefined || !isTerminal(state)) return;
    this.ended.set(id, outcome);
    if (reason !== null && !REASONS.includes(reason)) this.broken('3', `run ${id} ended with the reason ${reason}`);
    this.checkOutcome(run);
  }

  private checkOutcome({ id, state, reason, message }: RunRow): void {
    if (state === 'FINISHED' || this.isExcused(id)) return;
    if (reason === 'UserFailed' && this.failing.has(id)) return;
    // Its Worker may have a Pod of a run that the backup does not know (docs/operations/control-plane.md).
    if (reason === 'StartTimeout' && this.restores > 0) return;
    this.lost += 1;
    this.broken('2', `run ${id} ended as ${state} (${reason}: ${message}), though nothing was done to it`);
  }

  private checkStack(pod: SeenPod): void {
    const { runId } = pod.attempt;
    const run = this.runs.find(({ id }) => id === runId);
    if (!run || !CHANGING.includes(run.type)) return;
    for (const [otherId, other] of this.working) {
      if (otherId === runId || this.stoppedRuns.has(otherId)) continue;
      const found = this.runs.find(({ id }) => id === otherId);
      if (found?.stackId === run.stackId && CHANGING.includes(found.type))
        this.broken('9', `${pod.label} has begun while ${other.label} is at work on the same stack`);
    }
  }
}

/** Whose doing is no fault of ours. */
const PEOPLE = ['user', 'pod-garbage-collector', 'kubelet'];

const isBeingDeleted = (object: Change['before']): boolean => object?.metadata.deletionTimestamp !== undefined;
const deadlineOf = (object: Change['before']): unknown => object?.spec?.activeDeadlineSeconds;

/** How a change ends a Pod; undefined when it does not. */
function endingOf({ type, object, before }: Change): 'deleted' | 'stopped' | undefined {
  if (type === 'DELETED' || (isBeingDeleted(object) && !isBeingDeleted(before))) return 'deleted';
  const isCut = deadlineOf(object) === EXCEEDED_DEADLINE_SECONDS && deadlineOf(before) !== EXCEEDED_DEADLINE_SECONDS;
  return isCut ? 'stopped' : undefined;
}
