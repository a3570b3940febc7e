interface Outcome {
  readonly error?: Error;
}

/** The body of the answer to a watch: what has arrived, and then what comes, until it ends. */
export class WatchBody implements AsyncIterable<Buffer> {
  private readonly arrived: string[] = [];
  private outcome: Outcome | undefined;
  private wake: (() => void) | undefined;

  /** `onDestroy`: the client has no more use for it. */
  constructor(private readonly onDestroy: () => void) {}

  push(text: string): void {
    if (this.outcome) return;
    this.arrived.push(text);
    this.wake?.();
  }

  end(): void {
    this.conclude({});
  }

  fail(error: Error): void {
    this.conclude({ error });
  }

  destroy(): void {
    this.conclude({});
    this.onDestroy();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for (;;) {
      while (this.arrived.length > 0) yield Buffer.from(this.arrived.shift()!);
      if (this.outcome) {
        if (this.outcome.error) throw this.outcome.error;
        return;
      }
      await new Promise<void>((resolve) => (this.wake = resolve));
      this.wake = undefined;
    }
  }

  private conclude(outcome: Outcome): void {
    this.outcome ??= outcome;
    this.wake?.();
  }
}
