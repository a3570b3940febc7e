import type { Stage } from '../../../src/protocol/messages';

export type Transport = 'poll' | 'mqtt';

export interface Assigned {
  readonly stage: Stage;
  readonly workerId: string;
  /** How its session heard of it. */
  readonly transport: Transport;
  readonly at: number;
}

export interface Started {
  readonly stage: Stage;
  readonly attempt: number;
  readonly podUid: string;
}

/** What the clients saw of one run; times by this process' monotonic clock, in milliseconds. */
export interface RunFacts {
  /** When the request that queued it was sent, and answered. */
  readonly trigger?: { readonly sentAt: number; readonly answeredAt: number };
  readonly assignments: readonly Assigned[];
  /** The Pods that were let start. */
  readonly started: readonly Started[];
  /** What the control plane answered to its last outcome. */
  readonly state?: string;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

/** Runs by what went wrong with them. */
export interface Verdict {
  /** Queued, and never came to an end. */
  readonly lost: readonly string[];
  /** A stage carried out by two Pods, or given to a worker that held another. */
  readonly doubled: readonly string[];
  /** Ended otherwise than its Pod said. */
  readonly ended: readonly string[];
  /** A stage given to a second worker, because the first did not start it. */
  readonly givenAgain: readonly string[];
}

/** Keeps the books of a fleet: what was queued must be carried out once, and by one. */
export class Ledger {
  private readonly runs = new Map<string, Writable<RunFacts>>();
  private readonly holders = new Map<string, string>();
  private readonly overlaps = new Set<string>();
  private open = 0;
  private over = 0;
  /** What refused calls said, each once. */
  readonly refusals = new Map<string, number>();

  triggered(runId: string, trigger: NonNullable<RunFacts['trigger']>): void {
    const run = this.of(runId);
    run.trigger = trigger;
    // Its end may be heard of before the answer to its trigger.
    if (run.state === undefined) this.open += 1;
  }

  assigned(runId: string, assigned: Omit<Assigned, 'at'>): void {
    const { workerId } = assigned;
    this.of(runId).assignments.push({ ...assigned, at: performance.now() });
    if (this.holders.has(workerId)) this.overlaps.add(runId);
    this.holders.set(workerId, runId);
  }

  started(runId: string, started: Started): void {
    this.of(runId).started.push(started);
  }

  ended(runId: string, state: string): void {
    const run = this.of(runId);
    if (run.state === undefined) {
      this.over += 1;
      if (run.trigger) this.open -= 1;
    }
    run.state = state;
  }

  released(workerId: string): void {
    this.holders.delete(workerId);
  }

  refused(error: unknown): void {
    const message = (error instanceof Error ? error.message : String(error)).replace(/[0-9A-HJKMNP-TV-Z]{26}/g, 'ULID');
    this.refusals.set(message, (this.refusals.get(message) ?? 0) + 1);
  }

  /** The runs that were queued since the last `forget`, by ULID. */
  get all(): ReadonlyMap<string, RunFacts> {
    return this.runs;
  }

  /** Queued and not yet at an end. */
  get unfinished(): number {
    return this.open;
  }

  get finished(): number {
    return this.over;
  }

  verdict(): Verdict {
    const those = (wrong: (facts: RunFacts, id: string) => boolean): string[] =>
      [...this.runs].flatMap(([id, facts]) => (wrong(facts, id) ? [id] : []));
    return {
      lost: those(({ trigger, state }) => trigger !== undefined && state === undefined),
      doubled: those(({ started }, id) => stages(started) < started.length || this.overlaps.has(id)),
      ended: those(({ state }) => state !== undefined && state !== 'FINISHED'),
      givenAgain: those(({ assignments }) => stages(assignments) < assignments.length),
    };
  }

  counts(): Record<keyof Verdict, number> {
    const { lost, doubled, ended, givenAgain } = this.verdict();
    return { lost: lost.length, doubled: doubled.length, ended: ended.length, givenAgain: givenAgain.length };
  }

  /** Begins a new page. */
  forget(): void {
    this.runs.clear();
    this.overlaps.clear();
    this.open = 0;
    this.over = 0;
  }

  private of(runId: string): Writable<RunFacts> {
    const facts = this.runs.get(runId) ?? { assignments: [], started: [] };
    this.runs.set(runId, facts);
    return facts;
  }
}

const stages = (those: readonly { readonly stage: Stage }[]): number => new Set(those.map(({ stage }) => stage)).size;
