import type { Store } from '.';

/**
 * Runs jobs that arrive together in one transaction: one fsync for all of them. A job resolves when it is durable. A
 * job that throws before it writes anything fails alone.
 */
export class GroupCommit {
  private waiting: { job: () => unknown; resolve: (value: never) => void; reject: (error: unknown) => void }[] = [];

  constructor(private readonly store: Store) {}

  run<T>(job: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.waiting.push({ job, resolve, reject });
      if (this.waiting.length === 1) setImmediate(() => this.flush());
    });
  }

  private flush(): void {
    const batch = this.waiting;
    this.waiting = [];
    const settled: (() => void)[] = [];
    try {
      this.store.transaction(() => {
        for (const { job, resolve, reject } of batch) {
          try {
            const value = job() as never;
            settled.push(() => resolve(value));
          } catch (error) {
            settled.push(() => reject(error));
          }
        }
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
      return;
    }
    for (const settle of settled) settle();
  }
}
