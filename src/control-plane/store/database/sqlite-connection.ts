// Both a module and the program of a thread that carries out statements alone: Node runs it as it is (tests), tsx as it is,
// and the bundle holds it as a program of its own. So it imports no file of ours.
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { isMainThread, parentPort, workerData, type MessagePort } from 'node:worker_threads';

export interface SqliteOptions {
  readonly path: string;
  readonly readOnly: boolean;
}

export interface SqliteResult {
  readonly columns: readonly string[];
  /** Arrays in the order of the columns. */
  readonly rows: unknown[][];
  readonly changes: number;
  /** How long it took. */
  readonly milliseconds: number;
}

/** What a request that was carried out as a whole came to. */
export interface Hosted {
  readonly value: unknown;
  /** Of which the listeners are to be told once it is committed. */
  readonly topics: readonly string[];
}

export type Perform = (request: object) => Promise<Hosted>;

/** A statement; `within` for one of a transaction, which is refused where none is open. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  readonly within: boolean;
}

/**
 * What the main thread asks, some at a time: to run a statement, for the rows that are left of one, to carry out a request
 * within the transaction that is open, or to close.
 */
export type Question =
  | ({ readonly id: number; readonly ask: 'execute' } & Statement)
  | { readonly id: number; readonly ask: 'perform'; readonly request: object }
  | { readonly id: number; readonly ask: 'more' }
  | { readonly id: number; readonly ask: 'close' };

/** What is kept of an error on its way to another thread. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | undefined;
  readonly errcode: number | undefined;
  readonly retryAfterSeconds: number | undefined;
}

export type Answer =
  | { readonly id: number; readonly result: SqliteResult; readonly more: boolean }
  | { readonly id: number; readonly hosted: Hosted }
  | { readonly id: number; readonly error: SentError };

interface Prepared {
  readonly statement: StatementSync;
  readonly columns: readonly string[];
}

const NOT_OPEN = 'the transaction is not open';

/** Whether something failed only since what began the transaction had, or what ended it. */
export const isNotOpen = (error: unknown): boolean => (error as Partial<Error> | undefined)?.message === NOT_OPEN;

const STATEMENT_LIMIT = 500;
const BUSY_TIMEOUT_MS = 5_000;
/** Of a message to the main thread: what takes it about a millisecond to read. */
const ROWS_OF_A_MESSAGE = 500;

/** A connection whose commits are durable: WAL, synchronous=FULL. */
export class SqliteConnection {
  private readonly db: DatabaseSync;
  private readonly prepared = new Map<string, Prepared>();

  constructor({ path, readOnly }: SqliteOptions) {
    // Not imported: a bundle that only mentions it would not load on Node 20, where most commands run.
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
    this.db = new DatabaseSync(path, { readOnly, timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
    if (!readOnly) this.db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  }

  execute({ sql, parameters, within }: Statement): SqliteResult {
    // It would be committed by itself.
    if (within && !this.isInTransaction) throw new Error(NOT_OPEN);
    const begun = performance.now();
    const { statement, columns } = this.prepare(sql);
    if (columns.length === 0) {
      const { changes } = statement.run(...(parameters as SQLInputValue[]));
      if (/^\s*(create|alter|drop)\b/i.test(sql)) this.prepared.clear();
      return { columns, rows: [], changes: Number(changes), milliseconds: performance.now() - begun };
    }
    const rows = statement.all(...(parameters as SQLInputValue[])) as unknown as unknown[][];
    return { columns, rows, changes: 0, milliseconds: performance.now() - begun };
  }

  /** A full disk, for one, ends a transaction by itself. */
  get isInTransaction(): boolean {
    return this.db.isTransaction;
  }

  /** Keeps those used last. */
  private prepare(sql: string): Prepared {
    let prepared = this.prepared.get(sql);
    if (prepared) {
      this.prepared.delete(sql);
    } else {
      const statement = this.db.prepare(sql);
      statement.setReturnArrays(true);
      prepared = { statement, columns: statement.columns().map(({ name }) => name) };
    }
    this.prepared.set(sql, prepared);
    if (this.prepared.size > STATEMENT_LIMIT) this.prepared.delete(this.prepared.keys().next().value!);
    return prepared;
  }

  close(): void {
    this.prepared.clear();
    this.db.close();
  }
}

const CLOSED: SqliteResult = { columns: [], rows: [], changes: 0, milliseconds: 0 };

/**
 * Answers the main thread's questions one after the other; many rows go in pieces, so that reading them holds nobody up.
 * @param perform how a request is carried out. @default - none can be
 */
export function serve(port: MessagePort, connection: SqliteConnection, perform?: Perform): void {
  const left = new Map<number, { readonly result: SqliteResult; readonly from: number }>();
  const piece = (id: number, result: SqliteResult, from: number): Answer => {
    const to = from + ROWS_OF_A_MESSAGE;
    const more = result.rows.length > to;
    if (more) left.set(id, { result, from: to });
    else left.delete(id);
    return { id, result: { ...result, rows: result.rows.slice(from, to) }, more };
  };
  const answer = async (question: Question): Promise<Answer> => {
    const { id, ask } = question;
    if (ask === 'perform') return { id, hosted: await perform!(question.request) };
    if (ask === 'execute') return piece(id, connection.execute(question), 0);
    if (ask === 'more') {
      const { result, from } = left.get(id)!;
      return piece(id, result, from);
    }
    connection.close();
    return { id, result: CLOSED, more: false };
  };
  const answerAll = async (questions: readonly Question[]): Promise<void> => {
    let answers: Answer[] = [];
    let rows = 0;
    for (const question of questions) {
      const given = await answer(question).catch((error: unknown) => ({ id: question.id, error: toSend(error) }));
      answers.push(given);
      rows += 'result' in given ? given.result.rows.length : 0;
      if (rows < ROWS_OF_A_MESSAGE) continue;
      port.postMessage(answers);
      [answers, rows] = [[], 0];
    }
    if (answers.length > 0) port.postMessage(answers);
    if (questions.at(-1)?.ask === 'close') port.close();
  };
  let answered: Promise<unknown> = Promise.resolve();
  port.on('message', (questions: readonly Question[]) => {
    answered = answered.then(() => answerAll(questions));
  });
}

function toSend(error: unknown): SentError {
  const { name, message, stack, code, errcode, retryAfterSeconds } = error as Error & Partial<SentError>;
  return { name, message, stack, code, errcode, retryAfterSeconds };
}

/** What a thread is given: which of them it shall be, and its connection. */
export interface ThreadData {
  readonly thread: 'worker-pools-sqlite' | 'worker-pools-sqlite-host';
  readonly options: SqliteOptions;
}

const data = workerData as Partial<ThreadData> | undefined;
if (!isMainThread && data?.thread === 'worker-pools-sqlite') serve(parentPort!, new SqliteConnection(data.options!));
