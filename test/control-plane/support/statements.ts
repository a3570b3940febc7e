import { StatementSync } from 'node:sqlite';
import { jest } from '@jest/globals';

/** What SQLite in this process is asked for. */
export class Statements {
  private texts: string[] = [];

  private constructor() {
    for (const method of ['run', 'all'] as const) {
      const execute = Reflect.get(StatementSync.prototype, method) as (...values: unknown[]) => never;
      const add = (text: string) => this.texts.push(text);
      jest.spyOn(StatementSync.prototype, method).mockImplementation(function (this: StatementSync, ...values) {
        add(this.sourceSQL);
        return execute.apply(this, values);
      });
    }
  }

  static listen(): Statements {
    return new Statements();
  }

  /** The texts of those that some work makes, in their order. */
  async of(work: () => Promise<unknown>): Promise<readonly string[]> {
    this.texts = [];
    await work();
    return this.texts;
  }

  stop(): void {
    jest.restoreAllMocks();
  }
}
