import { Connection, type BindConfig } from 'pg';

/** What a transaction needs itself. */
const FRAME: readonly unknown[] = ['begin', 'commit'];

export interface AskedOfPostgres {
  readonly text: string;
  /** As the server's text format has them. */
  readonly values: readonly (string | null)[];
}

type Method = (this: Connection, ...args: unknown[]) => unknown;

/** What goes from this process to PostgreSQL. */
export class PostgresTraffic {
  private readonly texts = new Map<string, string>();
  private all: AskedOfPostgres[] = [];
  private sent = 0;
  private readonly undo: (() => void)[] = [];

  private constructor() {
    this.watch('parse', (query) => {
      const { name, text } = query as { name: string; text: string };
      this.texts.set(name, text);
    });
    this.watch('bind', (config) => {
      const { statement = '', values = [] } = config as Pick<BindConfig, 'statement'> & Partial<AskedOfPostgres>;
      if (!FRAME.includes(statement)) this.all.push({ text: this.texts.get(statement) ?? '', values });
    });
    this.watch('sync', () => (this.sent += 1));
  }

  static listen(): PostgresTraffic {
    return new PostgresTraffic();
  }

  /** Statements but for beginnings and commits. */
  get statements(): number {
    return this.all.length;
  }

  /** The same with their values; without a text where it was sent before this began to listen. */
  get asked(): readonly AskedOfPostgres[] {
    return this.all;
  }

  /** Messages, each with one answer, however many statements are in it. */
  get messages(): number {
    return this.sent;
  }

  reset(): void {
    this.all = [];
    this.sent = 0;
  }

  stop(): void {
    for (const undo of this.undo) undo();
  }

  private watch(name: 'parse' | 'bind' | 'sync', note: (config: unknown) => void): void {
    const original = Reflect.get(Connection.prototype, name) as Method;
    Reflect.set(Connection.prototype, name, function (this: Connection, ...args: unknown[]) {
      note(args[0]);
      return original.apply(this, args);
    });
    this.undo.push(() => Reflect.set(Connection.prototype, name, original));
  }
}
