import { SESSION_LEASE_MS } from '../../protocol/leases';

/**
 * Who was heard of when, in memory only: after a restart of the control plane every lease starts anew, because its own
 * downtime is nobody's fault.
 */
export class Leases {
  /** When the control plane started, in milliseconds since the epoch. */
  readonly startedAt: number;
  private readonly sessions = new Map<string, number>();
  private readonly terms = new Map<string, { readonly term: number; readonly heardAt: number }>();
  private readonly attempts = new Map<string, number>();
  private readonly observedPods = new Map<string, ReadonlySet<string>>();

  /** By how much the clock ran ahead of what can be held against anybody. */
  private forgivenMs = 0;

  constructor(private readonly clock: () => number) {
    this.startedAt = clock();
  }

  /** The time that leases go by: that in which the control plane itself stood still is not counted. */
  now(): number {
    return this.clock() - this.forgivenMs;
  }

  /** Takes back what the clock went on by without the control plane being there to hear anybody. */
  forgive(milliseconds: number): void {
    this.forgivenMs += milliseconds;
  }

  /**
   * Takes note of a session's word. False for that of a former leader while a later one is alive: it counts for nothing.
   */
  sessionSpoke(poolId: string, sessionId: string, term?: number): boolean {
    const [id, now] = [key(poolId, sessionId), this.now()];
    const latest = this.terms.get(id);
    if (term !== undefined) {
      // A Lease that was made anew counts from 0 again, so that a number alone must not rule for ever.
      const isAlive = latest !== undefined && now - latest.heardAt <= SESSION_LEASE_MS;
      if (isAlive && term < latest.term) return false;
      this.terms.set(id, { term, heardAt: now });
    }
    this.sessions.set(id, now);
    return true;
  }

  /** How long a session has said nothing, in milliseconds. */
  sessionSilence(poolId: string, sessionId: string): number {
    return this.now() - (this.sessions.get(key(poolId, sessionId)) ?? this.startedAt);
  }

  /** Sessions of a pool whose lease runs; one not heard of since the start is not among them. */
  liveSessions(poolId: string): string[] {
    const prefix = key(poolId, '');
    const since = this.now() - SESSION_LEASE_MS;
    return [...this.sessions]
      .filter(([id, at]) => id.startsWith(prefix) && at >= since)
      .map(([id]) => id.slice(prefix.length));
  }

  relaySpoke(runId: string, attempt: number): void {
    this.attempts.set(key(runId, attempt), this.now());
  }

  /** How long the Pod of a started attempt has said nothing, in milliseconds. */
  relaySilence(runId: string, attempt: number, startedAt: number): number {
    const heard = this.attempts.get(key(runId, attempt)) ?? Math.max(startedAt, this.startedAt);
    return this.now() - heard;
  }

  relayEnded(runId: string, attempt: number): void {
    this.attempts.delete(key(runId, attempt));
  }

  /** Keeps which Pods a session saw in its newest sync. */
  podsObserved(poolId: string, sessionId: string, pods: readonly { runId: string; attempt: number }[]): void {
    this.observedPods.set(key(poolId, sessionId), new Set(pods.map((pod) => key(pod.runId, pod.attempt))));
  }

  podWasObserved(poolId: string, sessionId: string, runId: string, attempt: number): boolean {
    return this.observedPods.get(key(poolId, sessionId))?.has(key(runId, attempt)) ?? false;
  }
}

function key(left: string, right: string | number): string {
  return `${left}/${right}`;
}
