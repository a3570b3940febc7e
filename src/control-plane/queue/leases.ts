/**
 * Who was heard of when, in memory only: after a restart of the control plane every lease starts anew, because its own
 * downtime is nobody's fault.
 */
export class Leases {
  /** When the control plane started, in milliseconds since the epoch. */
  readonly startedAt: number;
  private readonly sessions = new Map<string, number>();
  private readonly attempts = new Map<string, number>();
  private readonly observedPods = new Map<string, ReadonlySet<string>>();

  constructor(private readonly now: () => number) {
    this.startedAt = now();
  }

  sessionSpoke(poolId: string, sessionId: string): void {
    this.sessions.set(key(poolId, sessionId), this.now());
  }

  /** How long a session has said nothing, in milliseconds. */
  sessionSilence(poolId: string, sessionId: string): number {
    return this.now() - (this.sessions.get(key(poolId, sessionId)) ?? this.startedAt);
  }

  /** Sessions of a pool that spoke within a time; one not heard of since the start is not among them. */
  liveSessions(poolId: string, withinMs: number): string[] {
    const prefix = key(poolId, '');
    const since = this.now() - withinMs;
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

  forgetSession(poolId: string, sessionId: string): void {
    this.sessions.delete(key(poolId, sessionId));
    this.observedPods.delete(key(poolId, sessionId));
  }
}

function key(left: string, right: string | number): string {
  return `${left}/${right}`;
}
