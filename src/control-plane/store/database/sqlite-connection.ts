// Both a module and the program of a thread: Node runs it as it is (tests), tsx as it is, and the bundle holds it as a
// program of its own. So it imports no file of ours.
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
}

/** A statement; `within` for one of a transaction, which is refused where none is open. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  readonly within: boolean;
}

/** What the main thread asks, some at a time: to run a statement, for the rows that are left of one, or to close. */
export type Question =
  | ({ readonly id: number; readonly ask: 'execute' } & Statement)
  | { readonly id: number; readonly ask: 'more' }
  | { readonly id: number; readonly ask: 'close' };

export type Answer =
  | { readonly id: number; readonly result: SqliteResult; readonly more: boolean }
  | { readonly id: number; readonly error: { readonly message: string; readonly errcode?: number } };

interface Prepared {
  readonly statement: StatementSync;
  readonly columns: readonly string[];
}

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
    if (within && !this.db.isTransaction) throw new Error('the transaction is not open');
    const { statement, columns } = this.prepare(sql);
    if (columns.length === 0) {
      const { changes } = statement.run(...(parameters as SQLInputValue[]));
      if (/^\s*(create|alter|drop)\b/i.test(sql)) this.prepared.clear();
      return { columns, rows: [], changes: Number(changes) };
    }
    const rows = statement.all(...(parameters as SQLInputValue[])) as unknown as unknown[][];
    return { columns, rows, changes: 0 };
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

/** Answers the main thread's questions in their order; many rows go in pieces, so that reading them holds nobody up. */
function serve(port: MessagePort, connection: SqliteConnection): void {
  const left = new Map<number, { readonly result: SqliteResult; readonly from: number }>();
  const piece = (id: number, result: SqliteResult, from: number): Answer => {
    const to = from + ROWS_OF_A_MESSAGE;
    const more = result.rows.length > to;
    if (more) left.set(id, { result, from: to });
    else left.delete(id);
    return { id, result: { ...result, rows: result.rows.slice(from, to) }, more };
  };
  const answer = (question: Question): Answer => {
    const { id } = question;
    if (question.ask === 'execute') return piece(id, connection.execute(question), 0);
    if (question.ask === 'more') {
      const { result, from } = left.get(id)!;
      return piece(id, result, from);
    }
    connection.close();
    return { id, result: { columns: [], rows: [], changes: 0 }, more: false };
  };
  const answerOrError = (question: Question): Answer => {
    try {
      return answer(question);
    } catch (error) {
      const { message, errcode } = error as { message: string; errcode?: number };
      return { id: question.id, error: { message, ...(errcode !== undefined && { errcode }) } };
    }
  };
  port.on('message', (questions: readonly Question[]) => {
    let answers: Answer[] = [];
    let rows = 0;
    for (const question of questions) {
      const given = answerOrError(question);
      answers.push(given);
      rows += 'result' in given ? given.result.rows.length : 0;
      if (rows < ROWS_OF_A_MESSAGE) continue;
      port.postMessage(answers);
      [answers, rows] = [[], 0];
    }
    if (answers.length > 0) port.postMessage(answers);
    if (questions.at(-1)?.ask === 'close') port.close();
  });
}

/** Marks the data of a thread that shall be one of these. */
export const SQLITE_THREAD = 'worker-pools-sqlite';

const data = workerData as { readonly thread?: string; readonly options: SqliteOptions } | undefined;
if (!isMainThread && data?.thread === SQLITE_THREAD) serve(parentPort!, new SqliteConnection(data.options));
