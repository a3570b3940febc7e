/** Lets long polls sleep until what they wait for changes. */
export class Wakeups {
  private readonly sleepers = new Map<string, Set<() => void>>();
  private readonly listeners = new Set<(topic: string) => void>();
  private closed = false;

  /** Wakes everybody who waits for the topic. */
  notify(topic: string): void {
    for (const wake of this.sleepers.get(topic) ?? []) wake();
    for (const listener of this.listeners) listener(topic);
  }

  /** Calls back at every notification, for the broker. */
  onNotify(listener: (topic: string) => void): void {
    this.listeners.add(listener);
  }

  /** Resolves at the topic's next notification, when the time is over, the signal aborts or the server closes. */
  wait(topic: string, milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (this.closed || signal?.aborted || milliseconds <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const sleepers = this.sleepers.get(topic) ?? new Set();
      this.sleepers.set(topic, sleepers);
      const wake = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        sleepers.delete(wake);
        if (sleepers.size === 0 && this.sleepers.get(topic) === sleepers) this.sleepers.delete(topic);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      sleepers.add(wake);
      signal?.addEventListener('abort', wake);
    });
  }

  get isClosed(): boolean {
    return this.closed;
  }

  close(): void {
    this.closed = true;
    for (const sleepers of [...this.sleepers.values()]) for (const wake of [...sleepers]) wake();
  }
}

export const poolTopic = (poolId: string): string => `pool/${poolId}`;
export const runTopic = (runId: string): string => `run/${runId}`;
