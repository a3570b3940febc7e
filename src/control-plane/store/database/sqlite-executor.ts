import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import {
  SQLITE_THREAD,
  SqliteConnection,
  type Answer,
  type Question,
  type SqliteOptions,
  type SqliteResult,
} from './sqlite-connection';

export type Row = Record<string, unknown>;

export interface Executed {
  readonly rows: Row[];
  readonly changes: number;
}

/** A connection as its driver sees it: statements run one after the other. */
export interface SqliteExecutor {
  /** Statements that were asked and are not answered yet. */
  readonly underWay: number;
  /** @param within refuses it where no transaction is open. @default false */
  execute(sql: string, parameters?: readonly unknown[], within?: boolean): Promise<Executed>;
  close(): Promise<void>;
}

/** For tests and simulations: the caller's thread waits for the disk. */
export function inProcess(options: SqliteOptions): SqliteExecutor {
  const connection = new SqliteConnection(options);
  return {
    underWay: 0,
    // A promise, so that it throws nothing at its caller.
    // eslint-disable-next-line @typescript-eslint/require-await
    execute: async (sql, parameters = [], within = false) => {
      const result = connection.execute({ sql, parameters, within });
      return { rows: toRows(result), changes: result.changes };
    },
    // eslint-disable-next-line @typescript-eslint/require-await
    close: async () => connection.close(),
  };
}

/** In this folder, and beside the bundle. */
const PROGRAM = join(
  import.meta.dirname,
  import.meta.filename.endsWith('.ts') ? 'sqlite-connection.ts' : 'sqlite-connection.mjs',
);

interface Asked {
  readonly rows: Row[];
  readonly resolve: (executed: Executed) => void;
  readonly reject: (error: unknown) => void;
}

type Asking = Question extends infer Q ? (Q extends Question ? Omit<Q, 'id'> : never) : never;

/** A connection with a thread of its own, so that neither a slow query nor a slow disk holds up the caller's. */
export class SqliteThread implements SqliteExecutor {
  private readonly worker: Worker;
  private readonly asked = new Map<number, Asked>();
  private outbox: Question[] = [];
  private lastId = 0;
  private ended: Error | undefined;

  constructor(options: SqliteOptions) {
    this.worker = new Worker(PROGRAM, {
      name: options.readOnly ? 'database reads' : 'database',
      workerData: { thread: SQLITE_THREAD, options },
      // From its sources Node takes the program for an ES module only at the second look, and would say so.
      execArgv: [...process.execArgv, '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'],
    });
    this.worker.on('message', (answers: readonly Answer[]) => {
      for (const answer of answers) this.hear(answer);
    });
    this.worker.on('error', (error) => this.end(error instanceof Error ? error : new Error(String(error))));
    this.worker.on('exit', () => this.end(new Error('the database is closed')));
  }

  get underWay(): number {
    return this.asked.size;
  }

  execute(sql: string, parameters: readonly unknown[] = [], within = false): Promise<Executed> {
    return this.ask({ ask: 'execute', sql, parameters, within });
  }

  async close(): Promise<void> {
    if (this.ended) return;
    const exit = new Promise((resolve) => this.worker.once('exit', resolve));
    await this.ask({ ask: 'close' });
    await exit;
  }

  private ask(question: Asking): Promise<Executed> {
    return new Promise((resolve, reject) => {
      if (this.ended) return reject(this.ended);
      const id = ++this.lastId;
      this.asked.set(id, { rows: [], resolve, reject });
      this.send({ id, ...question });
    });
  }

  /** All that is asked in one turn goes in one message: each costs as much as a small statement. */
  private send(question: Question): void {
    this.outbox.push(question);
    if (this.outbox.length > 1) return;
    // Behind all that follows in this turn without waiting.
    queueMicrotask(() =>
      process.nextTick(() => {
        const questions = this.outbox;
        this.outbox = [];
        this.post(questions);
      }),
    );
  }

  private post(questions: readonly Question[]): void {
    try {
      this.worker.postMessage(questions);
    } catch (error) {
      // Something that cannot be sent, such as a function as a parameter.
      const [only] = questions;
      if (questions.length > 1) for (const question of questions) this.post([question]);
      else if (only) this.fail(only.id, error);
    }
  }

  private fail(id: number, error: unknown): void {
    this.asked.get(id)?.reject(error);
    this.asked.delete(id);
  }

  private hear(answer: Answer): void {
    const asked = this.asked.get(answer.id);
    if (!asked) return;
    if ('error' in answer) {
      const { message, errcode } = answer.error;
      this.fail(answer.id, Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', errcode }));
      return;
    }
    // Piece by piece, as they come.
    for (const row of toRows(answer.result)) asked.rows.push(row);
    if (answer.more) {
      this.send({ id: answer.id, ask: 'more' });
      return;
    }
    this.asked.delete(answer.id);
    asked.resolve({ rows: asked.rows, changes: answer.result.changes });
  }

  private end(error: Error): void {
    this.ended ??= error;
    for (const { reject } of this.asked.values()) reject(this.ended);
    this.asked.clear();
  }
}

function toRows({ columns, rows }: SqliteResult): Row[] {
  return rows.map((values) => {
    const row: Row = {};
    for (let index = 0; index < columns.length; index++) row[columns[index]!] = values[index];
    return row;
  });
}
