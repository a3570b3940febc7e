/**
 * Turns many single questions into few bulk ones: everything asked while a request is under way goes into the next.
 * One request at a time; a failed request fails everybody who waited for it.
 */
export class Batcher<Answer> {
  private waiting = new Map<string, Waiter<Answer>[]>();
  private running = false;

  constructor(
    private readonly limit: number,
    private readonly ask: (keys: string[]) => Promise<ReadonlyMap<string, Answer>>,
  ) {}

  /** The answer for one key. @throws what `ask` throws, or an Error when the answer lacks the key. */
  get(key: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const waiters = this.waiting.get(key);
      if (waiters) waiters.push({ resolve, reject });
      else this.waiting.set(key, [{ resolve, reject }]);
      // Everybody who asks in the same turn of the event loop shares the first request too.
      if (!this.running) {
        this.running = true;
        setImmediate(() => void this.run());
      }
    });
  }

  private async run(): Promise<void> {
    while (this.waiting.size > 0) {
      const batch = [...this.waiting].slice(0, this.limit);
      for (const [key] of batch) this.waiting.delete(key);
      try {
        const answers = await this.ask(batch.map(([key]) => key));
        for (const [key, waiters] of batch) settle(key, waiters, answers);
      } catch (error) {
        for (const [, waiters] of batch) for (const waiter of waiters) waiter.reject(error as Error);
      }
    }
    this.running = false;
  }
}

interface Waiter<Answer> {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

function settle<Answer>(key: string, waiters: Waiter<Answer>[], answers: ReadonlyMap<string, Answer>): void {
  const answer = answers.get(key);
  for (const waiter of waiters) {
    if (answer === undefined) waiter.reject(new Error(`the answer says nothing of ${key}`));
    else waiter.resolve(answer);
  }
}
