import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';
import type { DatabaseObserver } from './observer';
import { executeQuery, noStreams } from './sqlite-dialect';
import { isNotOpen, type Hosted } from './sqlite-connection';
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

/** A transaction of the group that is carried out where the connection is: nobody waits before the next is sent there. */
class HostedTurn {
  readonly turn = deferred<void>();
  readonly settled = deferred<unknown>();
  private answer: Promise<Hosted> | undefined;

  constructor(private readonly request: object) {}

  begin(executor: SqliteExecutor): void {
    this.answer = executor.perform(this.request);
    // Looked at when its group has ended.
    this.answer.catch(() => {});
    this.turn.resolve();
  }

  /** Its group is committed. */
  async settle(onCommit: (topics: readonly string[]) => void): Promise<void> {
    try {
      const { value, topics } = await this.answer!;
      onCommit(topics);
      this.settled.resolve(value);
    } catch (error) {
      this.settled.reject(error);
    }
  }

  /** What it failed with by itself, if it did. */
  async failure(): Promise<unknown> {
    try {
      await this.answer;
      return undefined;
    } catch (error) {
      return isNotOpen(error) ? undefined : error;
    }
  }

  /** Its own failure says more than what the group failed with. */
  refuse(error: unknown): void {
    this.turn.reject(error);
    void this.failure().then((own) => this.settled.reject(own ?? error));
  }
}

/**
 * Runs transactions one after the other. Those that wait while one commits share the next commit, with one fsync for
 * all of them; each has a savepoint, so that one which throws is undone alone.
 */
export class GroupCommitDriver implements Driver {
  private waiting: (GroupedTransaction | HostedTurn)[] = [];
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
    const transaction = new GroupedTransaction(this.executor);
    this.enqueue(transaction);
    await transaction.turn.promise;
    return transaction;
  }

  /** A transaction of its own that the connection's host carries out, durable when it resolves. */
  async perform(request: object): Promise<unknown> {
    const turn = new HostedTurn(request);
    this.enqueue(turn);
    return turn.settled.promise;
  }

  private enqueue(transaction: GroupedTransaction | HostedTurn): void {
    if (this.closed) throw new Error('the database is closed');
    this.waiting.push(transaction);
    this.running ??= this.run();
    this.turnsToCome += 1;
    const begun = () => (this.turnsToCome -= 1);
    transaction.turn.promise.then(begun, begun);
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

  private async runGroup(group: readonly (GroupedTransaction | HostedTurn)[]): Promise<void> {
    const committing: (GroupedTransaction | HostedTurn)[] = [];
    const alone = group.length === 1;
    // What follows need not wait for it: it is refused where that failed.
    const begun = this.send('BEGIN IMMEDIATE');
    try {
      for (const transaction of group) {
        if (transaction instanceof HostedTurn) transaction.begin(this.executor);
        else if ((await this.takeTurn(transaction, alone, begun)) === 'rollback') continue;
        committing.push(transaction);
      }
      if (!alone || committing.length > 0) await this.commit();
    } catch (error) {
      // A full disk, for one, has undone all of it already.
      await this.executor.execute('ROLLBACK').catch(() => {});
      const cause = (await begun) ?? (await this.endOf(group, error)) ?? error;
      for (const transaction of group) transaction.refuse(cause);
      return;
    }
    for (const transaction of committing) {
      if (transaction instanceof HostedTurn) void transaction.settle(this.onCommit);
      else {
        this.onCommit(transaction.topics);
        transaction.settled.resolve();
      }
    }
  }

  private async takeTurn(
    transaction: GroupedTransaction,
    alone: boolean,
    begun: Promise<unknown>,
  ): Promise<'commit' | 'rollback'> {
    if (!alone) void this.send('SAVEPOINT "turn"', true);
    transaction.begin(begun);
    const how = await transaction.finished.promise;
    if (how === 'rollback') await this.executor.execute(alone ? 'ROLLBACK' : 'ROLLBACK TO "turn"', [], true);
    if (!alone) void this.send('RELEASE "turn"', true);
    if (how === 'rollback') transaction.settled.resolve();
    return how;
  }

  /** What ended the transaction of a group before its commit. */
  private async endOf(group: readonly (GroupedTransaction | HostedTurn)[], error: unknown): Promise<unknown> {
    if (!isNotOpen(error)) return undefined;
    const hosted = group.filter((transaction) => transaction instanceof HostedTurn);
    const failures = await Promise.all(hosted.map((turn) => turn.failure()));
    return failures.find((failure) => (failure as { errcode?: number } | undefined)?.errcode !== undefined);
  }

  private async commit(): Promise<void> {
    const { milliseconds } = await this.executor.execute('COMMIT', [], true);
    this.observer.committed(milliseconds);
  }

  /**
   * Statements run in the order of their sending; what fails this one fails the commit too.
   * @param within refuses it where no transaction is open: a savepoint would begin one
   * @returns what it fails with
   */
  private send(sql: string, within = false): Promise<unknown> {
    return this.executor.execute(sql, [], within).then(
      () => undefined,
      (error: unknown) => error,
    );
  }
}
