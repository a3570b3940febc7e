import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { RequestError, type RefusalCode } from '../../errors';
import {
  SqliteConnection,
  type Answer,
  type Hosted,
  type Perform,
  type Question,
  type SentError,
  type SqliteOptions,
  type SqliteResult,
  type ThreadData,
} from './sqlite-connection';

export type Row = Record<string, unknown>;

export interface Executed {
  readonly rows: Row[];
  readonly changes: number;
  /** How long it took where the connection is. */
  readonly milliseconds: number;
}

/** A connection as its driver sees it: what is asked of it is done one after the other. */
export interface SqliteExecutor {
  /** Statements that were asked and are not answered yet. */
  readonly underWay: number;
  /** @param within refuses it where no transaction is open. @default false */
  execute(sql: string, parameters?: readonly unknown[], within?: boolean): Promise<Executed>;
  /** Carries out a request within the transaction that is open: all of it, or nothing. */
  perform(request: object): Promise<Hosted>;
  close(): Promise<void>;
}

/**
 * For tests and simulations: the caller's thread waits for the disk.
 * @param host how a request is carried out. @default - none can be
 */
export function inProcess(options: SqliteOptions, host?: (connection: SqliteConnection) => Perform): SqliteExecutor {
  const connection = new SqliteConnection(options);
  const perform = host?.(connection);
  let last: Promise<unknown> = Promise.resolve();
  const afterOthers = <T>(work: () => T | Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };
  return {
    underWay: 0,
    execute: (sql, parameters = [], within = false) =>
      afterOthers(() => toExecuted(connection.execute({ sql, parameters, within }))),
    // As it would come to a thread, and back.
    perform: (request) => afterOthers(async () => structuredClone(await perform!(structuredClone(request)))),
    close: () => afterOthers(() => connection.close()),
  };
}

export const toExecuted = (result: SqliteResult): Executed => ({
  rows: toRows(result),
  changes: result.changes,
  milliseconds: result.milliseconds,
});

/** The program of a thread, beside a module that starts it, also in the bundle. */
export function threadProgram({ dirname, filename }: Pick<ImportMeta, 'dirname' | 'filename'>, name: string): string {
  return join(dirname, `${name}${filename.endsWith('.ts') ? '.ts' : '.mjs'}`);
}

interface Asked {
  readonly rows: Row[];
  readonly resolve: (answered: Executed | Hosted) => void;
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

  /** @param host the program of a thread that carries out requests as well. @default - one of statements alone */
  constructor(options: SqliteOptions, host?: string) {
    const program = host ?? threadProgram(import.meta, 'sqlite-connection');
    const workerData: ThreadData = { thread: host ? 'worker-pools-sqlite-host' : 'worker-pools-sqlite', options };
    const name = options.readOnly ? 'database reads' : 'database';
    this.worker = new Worker(program, { name, workerData, ...(program.endsWith('.ts') && fromSources(host)) });
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
    return this.ask<Executed>({ ask: 'execute', sql, parameters, within });
  }

  perform(request: object): Promise<Hosted> {
    return this.ask<Hosted>({ ask: 'perform', request });
  }

  async close(): Promise<void> {
    if (this.ended) return;
    const exit = new Promise((resolve) => this.worker.once('exit', resolve));
    await this.ask<Executed>({ ask: 'close' });
    await exit;
  }

  private ask<T extends Executed | Hosted>(question: Asking): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.ended) return reject(this.ended);
      const id = ++this.lastId;
      this.asked.set(id, { rows: [], resolve: resolve as Asked['resolve'], reject });
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
    if ('error' in answer) return this.fail(answer.id, toError(answer.error));
    if ('hosted' in answer) {
      this.asked.delete(answer.id);
      return asked.resolve(answer.hosted);
    }
    // Piece by piece, as they come.
    for (const row of toRows(answer.result)) asked.rows.push(row);
    if (answer.more) {
      this.send({ id: answer.id, ask: 'more' });
      return;
    }
    this.asked.delete(answer.id);
    const { changes, milliseconds } = answer.result;
    asked.resolve({ rows: asked.rows, changes, milliseconds });
  }

  private end(error: Error): void {
    this.ended ??= error;
    for (const { reject } of this.asked.values()) reject(this.ended);
    this.asked.clear();
  }
}

/**
 * What a thread needs to run from sources, in place of the flags that this process was started with, not all of which a
 * thread may be given.
 */
function fromSources(host: string | undefined): { readonly execArgv: string[] } {
  // Node takes the program for an ES module only at the second look, and would say so.
  const execArgv = ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'];
  return { execArgv: host === undefined ? execArgv : [...execArgv, '--import', 'tsx'] };
}

function toError({ name, message, stack, code, errcode, retryAfterSeconds }: SentError): Error {
  if (name === RequestError.name) return new RequestError(code as RefusalCode, message, retryAfterSeconds);
  const error = new Error(message);
  if (errcode !== undefined) return Object.assign(error, { code, errcode });
  // Where it was thrown says more than where it came to.
  return Object.assign(error, { name, stack });
}

function toRows({ columns, rows }: SqliteResult): Row[] {
  return rows.map((values) => {
    const row: Row = {};
    for (let index = 0; index < columns.length; index++) row[columns[index]!] = values[index];
    return row;
  });
}
