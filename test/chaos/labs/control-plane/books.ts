import { Ledger } from '../../../support/load/ledger';
import type { OutcomeReason } from '../../../../src/protocol/messages';

/** A run that somebody wanted. */
export interface Intent {
  /** Under which it was asked for, as often as that took. */
  readonly key: string;
  readonly stack: string;
  /** Known once it was answered. */
  id?: string;
}

/** What one Pod of a run said, and what was acknowledged of it. */
export interface Told {
  readonly stage: string;
  /** Lines of its log, by their numbers from 1. */
  readonly lines: string[];
  /** Up to which number they were acknowledged. */
  acknowledged: number;
  /** Hashes of states that were taken. */
  readonly states: string[];
  /** What it said that it ended with, and whether that was taken. */
  outcome?: { readonly reason: OutcomeReason; readonly message: string; isTaken: boolean };
}

/** What the clients of a control plane were told, kept by them: what it says at the end is compared with that. */
export class Books extends Ledger {
  readonly intents: Intent[] = [];
  /** By run, then by attempt. */
  readonly told = new Map<string, Map<number, Told>>();
  /** The workspace that the first Pod of a run has stored. */
  readonly workspaces = new Map<string, string>();
  /** What was seen that must not be, a sentence each. */
  readonly amiss: string[] = [];
  /** The run that each worker got last. */
  private readonly runOf = new Map<string, string>();
  private readonly twice = new Set<string>();
  /** Runs whose end was heard of. */
  private readonly ends = new Set<string>();

  intend(key: string, stack: string): Intent {
    const intent: Intent = { key, stack };
    this.intents.push(intent);
    return intent;
  }

  tells(runId: string, attempt: number, stage: string): Told {
    const attempts = this.told.get(runId) ?? new Map<number, Told>();
    this.told.set(runId, attempts);
    const told: Told = attempts.get(attempt) ?? { stage, lines: [], acknowledged: 0, states: [] };
    attempts.set(attempt, told);
    return told;
  }

  /**
   * A worker that has a run of which a Pod was let start gets no other before that one's end is taken. One whose Pod was not
   * let start may have been taken back meanwhile.
   */
  override assigned(runId: string, assigned: Parameters<Ledger['assigned']>[1]): void {
    super.assigned(runId, assigned);
    const { workerId } = assigned;
    const former = this.runOf.get(workerId);
    const goesOn = [...(this.told.get(former ?? '')?.values() ?? [])].some(({ outcome }) => !outcome?.isTaken);
    if (former !== undefined && goesOn) this.twice.add(runId);
    this.runOf.set(workerId, runId);
  }

  /** Runs whose stage two Pods were let start for, or that a worker got beside another. */
  get doubled(): ReadonlySet<string> {
    const startedTwice = [...this.all].flatMap(([id, { started }]) =>
      new Set(started.map(({ stage }) => stage)).size < started.length ? [id] : [],
    );
    return new Set([...this.twice, ...startedTwice]);
  }

  isOver(runId: string): void {
    this.ends.add(runId);
  }

  /** Those that were asked for and have not come to an end, as far as their Pods know. */
  get openIntents(): readonly Intent[] {
    return this.intents.filter(({ id }) => id === undefined || !this.ends.has(id));
  }

  get endedRuns(): number {
    return this.ends.size;
  }
}
