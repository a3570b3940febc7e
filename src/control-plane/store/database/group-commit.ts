import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';
import type { DatabaseObserver } from './observer';
import { executeQuery, noStreams } from './sqlite-dialect';
import type { SqliteExecutor } from './sqlite-executor';
import { handleIsOver, TRANSACTION_TIMEOUT_MS, undone } from './transaction-error';

/** Those that share a commit: what bounds the wait of the first. */
const GROUP_LIMIT = 100;

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

function deferred<T>(): Deferred<T> {
  let settle: Omit<Deferred<T>, 'promise'>;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...settle! };
}

/** A transaction of the group, and Kysely's connection while it runs. */
export class GroupedTransaction implements DatabaseConnection {
  /** Told to the listeners once it is durable. */
  readonly topics: string[] = [];
  readonly turn = deferred<void>();
  readonly finished = deferred<'commit' | 'rollback'>();
  readonly settled = deferred<void>();
  private timer: NodeJS.Timeout | undefined;
  private begun: Promise<unknown> = Promise.resolve();
  private over = false;
  private failure: unknown;

  constructor(private readonly executor: SqliteExecutor) {
    // Who waits for them says so; nobody does after a rollback.
    this.turn.promise.catch(() => {});
    this.settled.promise.catch(() => {});
  }

  readonly streamQuery = noStreams;

  /** @param begun resolves with what the begin of its group failed with, if it did */
  begin(begun: Promise<unknown>): void {
    this.begun = begun;
    this.timer = setTimeout(() => {
      this.failure = new Error(`the transaction took more than ${TRANSACTION_TIMEOUT_MS / 1000} s and was undone`);
      this.finish('rollback');
    }, TRANSACTION_TIMEOUT_MS).unref();
    this.turn.resolve();
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.failure !== undefined) throw undone(this.failure);
    if (this.over) throw handleIsOver();
    try {
      return await executeQuery<R>(this.executor, query, true);
    } catch (error) {
      // What the begin of its group failed with says more than that it did.
      const cause = (await this.begun) ?? error;
      this.failure ??= cause;
      throw cause;
    }
  }

  /** Ends its turn; `settled` tells when it is durable or undone. */
  finish(how: 'commit' | 'rollback'): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.timer);
    this.finished.resolve(this.failure === undefined ? how : 'rollback');
  }

  async commit(): Promise<void> {
    this.finish('commit');
    await this.settled.promise;
    if (this.failure !== undefined) throw undone(this.failure);
  }

  refuse(error: unknown): void {
    this.failure ??= error;
    this.turn.reject(error);
    this.settled.reject(this.failure);
  }
}

/**
 * Runs transactions one after the other. Those that wait while one commits share the next commit, with one fsync for
 * all of them; each has a savepoint, so that one which throws is undone alone.
 */
export class GroupCommitDriver implements Driver {
  private waiting: GroupedTransaction[] = [];
  /** Those that wait, in a group or for the next. */
  private turnsToCome = 0;
  private running: Promise<void> | undefined;
  private closed = false;

  constructor(
    private readonly executor: SqliteExecutor,
    private readonly onCommit: (topics: readonly string[]) => void,
    private readonly observer: Pick<DatabaseObserver, 'committed'>,
  ) {}

  get load(): { readonly used: number; readonly waiting: number } {
    return { used: this.running ? 1 : 0, waiting: this.turnsToCome };
  }

  init = () => Promise.resolve();

  async acquireConnection(): Promise<GroupedTransaction> {
    if (this.closed) throw new Error('the database is closed');
    const transaction = new GroupedTransaction(this.executor);
    this.waiting.push(transaction);
    this.running ??= this.run();
    this.turnsToCome += 1;
    await transaction.turn.promise.finally(() => (this.turnsToCome -= 1));
    return transaction;
  }

  /** Its turn has begun it. */
  beginTransaction = () => Promise.resolve();

  async commitTransaction(transaction: DatabaseConnection): Promise<void> {
    await (transaction as GroupedTransaction).commit();
  }

  async rollbackTransaction(transaction: DatabaseConnection): Promise<void> {
    (transaction as GroupedTransaction).finish('rollback');
    await (transaction as GroupedTransaction).settled.promise.catch(() => {});
  }

  releaseConnection(transaction: DatabaseConnection): Promise<void> {
    (transaction as GroupedTransaction).finish('rollback');
    return Promise.resolve();
  }

  /** Waits for those under way. */
  async destroy(): Promise<void> {
    this.closed = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) await this.runGroup(this.waiting.splice(0, GROUP_LIMIT));
    this.running = undefined;
  }

  private async runGroup(group: readonly GroupedTransaction[]): Promise<void> {
    const committing: GroupedTransaction[] = [];
    const alone = group.length === 1;
    // Its statements need not wait for it: they are refused where it failed.
    const begun = this.send('BEGIN IMMEDIATE');
    try {
      for (const transaction of group) {
        if (!alone) void this.send('SAVEPOINT "turn"');
        transaction.begin(begun);
        const how = await transaction.finished.promise;
        if (how === 'rollback') await this.executor.execute(alone ? 'ROLLBACK' : 'ROLLBACK TO "turn"');
        if (!alone) void this.send('RELEASE "turn"');
        if (how === 'rollback') transaction.settled.resolve();
        else committing.push(transaction);
      }
      if (!alone || committing.length > 0) await this.commit();
    } catch (error) {
      // A full disk, for one, has undone all of it already.
      await this.executor.execute('ROLLBACK').catch(() => {});
      const cause = (await begun) ?? error;
      for (const transaction of group) transaction.refuse(cause);
      return;
    }
    for (const transaction of committing) {
      this.onCommit(transaction.topics);
      transaction.settled.resolve();
    }
  }

  private async commit(): Promise<void> {
    const begun = performance.now();
    await this.executor.execute('COMMIT');
    this.observer.committed(performance.now() - begun);
  }

  /** Statements run in the order of their sending; what fails this one fails the commit too. @returns what it fails with */
  private send(sql: string): Promise<unknown> {
    return this.executor.execute(sql).then(
      () => undefined,
      (error: unknown) => error,
    );
  }
}
