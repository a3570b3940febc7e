import { readFileSync, statSync } from 'node:fs';
import type { RunRecord } from '../../../../src/control-plane';
import { attemptOf, type RunPod } from '../../../../src/controller/run';

/** What is written down of a run while it goes on, by whoever plays its node. */
interface Entry {
  /** UIDs of its Pods, by their names, of which each stands for a stage and an attempt. */
  readonly pods: Map<string, Set<string>>;
  /** UIDs of the Pods that the control plane let start, by stage. */
  readonly started: Map<string, Set<string>>;
  /** Why it was ended while it was in progress. */
  killed?: string;
}

/** The books of a scene: what was asked for, which Pods there ever were, and what ended in the midst. */
export class Books {
  private readonly runs = new Map<string, Entry>();
  private readonly auditFrom: number;

  /** @param auditLog of the API server, which names every Pod that a controller has made */
  constructor(
    private readonly auditLog: string,
    private readonly namespace: string,
  ) {
    this.auditFrom = statSync(auditLog).size;
  }

  get asked(): readonly string[] {
    return [...this.runs.keys()];
  }

  triggered(runId: string): void {
    this.entry(runId);
  }

  seen(pod: RunPod): void {
    const run = runOf(pod.metadata.name);
    if (run !== undefined) setOf(this.entry(run).pods, pod.metadata.name).add(pod.metadata.uid ?? '');
  }

  started(runId: string, stage: string, podUid: string): void {
    setOf(this.entry(runId).started, stage).add(podUid);
  }

  killed(runId: string, why: string): void {
    this.entry(runId).killed ??= why;
  }

  /** Runs of which two Pods were made for one attempt, or let start for one stage, a sentence each. */
  doubled(): ReadonlyMap<string, string> {
    const created = this.podsCreated();
    const doubled = new Map<string, string>();
    for (const [run, { pods, started }] of this.runs) {
      // Also those that were gone before anybody saw them.
      const names = new Set([...pods.keys(), ...[...created.keys()].filter((name) => runOf(name) === run)]);
      for (const name of names) {
        const count = Math.max(pods.get(name)?.size ?? 0, created.get(name) ?? 0);
        if (count > 1) doubled.set(run, `the Pod ${name} was made ${count} times`);
      }
      for (const [stage, uids] of started) {
        if (uids.size > 1) doubled.set(run, `${uids.size} Pods of run ${run} were let start for ${stage}`);
      }
    }
    return doubled;
  }

  /**
   * Runs that were ended in the midst, or ended otherwise than their Pods told, a sentence each.
   * @param expected reasons of outcomes with which runs may end here, because their Pods are what is broken
   */
  ended(records: readonly RunRecord[], expected: readonly string[]): ReadonlyMap<string, string> {
    const killed = new Map<string, string>();
    for (const { id, state, reason, message, finishedAt } of records) {
      const why = this.runs.get(id)?.killed;
      if (finishedAt !== null && expected.includes(reason ?? '')) continue;
      if (why !== undefined) killed.set(id, `run ${id} was ended in the midst: ${why}`);
      else if (finishedAt !== null && state !== 'FINISHED') {
        killed.set(id, `run ${id} ended as ${state} (${reason}): ${message}`);
      }
    }
    return killed;
  }

  /** By the audit log: how often a Pod of this name was made. A line that the API server was killed in is skipped. */
  private podsCreated(): ReadonlyMap<string, number> {
    const created = new Map<string, number>();
    for (const line of readFileSync(this.auditLog).subarray(this.auditFrom).toString('utf8').split('\n')) {
      if (!line.includes('"verb":"create"') || !line.includes(this.namespace)) continue;
      const { objectRef, responseStatus } = parse(line);
      if (objectRef?.resource !== 'pods' || objectRef.subresource !== undefined) continue;
      if (objectRef.namespace !== this.namespace || responseStatus?.code !== 201) continue;
      const { name = '' } = objectRef;
      created.set(name, (created.get(name) ?? 0) + 1);
    }
    return created;
  }

  private entry(runId: string): Entry {
    const entry = this.runs.get(runId) ?? { pods: new Map(), started: new Map() };
    this.runs.set(runId, entry);
    return entry;
  }
}

interface AuditLine {
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code: number };
}

const runOf = (name: string): string | undefined => attemptOf({ metadata: { name, namespace: '' } })?.runId;

function parse(line: string): AuditLine {
  try {
    return JSON.parse(line) as AuditLine;
  } catch {
    return {};
  }
}

function setOf(sets: Map<string, Set<string>>, key: string): Set<string> {
  const found = sets.get(key) ?? new Set<string>();
  sets.set(key, found);
  return found;
}
