import { Connection, type BindConfig } from 'pg';

/** What a transaction needs itself. */
const FRAME: readonly unknown[] = ['begin', 'commit'];

type Method = (this: Connection, ...args: unknown[]) => unknown;

/** What goes from this process to PostgreSQL. */
export class PostgresTraffic {
  private asked = 0;
  private sent = 0;
  private readonly undo: (() => void)[] = [];

  private constructor() {
    this.watch('bind', (config) => {
      if (!FRAME.includes((config as BindConfig).statement)) this.asked += 1;
    });
    this.watch('sync', () => (this.sent += 1));
  }

  static listen(): PostgresTraffic {
    return new PostgresTraffic();
  }

  /** Statements but for beginnings and commits. */
  get statements(): number {
    return this.asked;
  }

  /** Messages, each with one answer, however many statements are in it. */
  get messages(): number {
    return this.sent;
  }

  reset(): void {
    this.asked = 0;
    this.sent = 0;
  }

  stop(): void {
    for (const undo of this.undo) undo();
  }

  private watch(name: 'bind' | 'sync', note: (config: unknown) => void): void {
    const original = Reflect.get(Connection.prototype, name) as Method;
    Reflect.set(Connection.prototype, name, function (this: Connection, ...args: unknown[]) {
      note(args[0]);
      return original.apply(this, args);
    });
    this.undo.push(() => Reflect.set(Connection.prototype, name, original));
  }
}
