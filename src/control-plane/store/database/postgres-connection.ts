import { CompiledQuery, type DatabaseConnection, type QueryResult } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { again } from './again';
import type { DatabaseObserver } from './observer';
import { carryOut, isNamed, NotCarriedOutError, Outbox, Asked, type Prepared } from './postgres-batch';
import { CommitUnknownError, isAnswer } from './postgres-errors';
import { CHANNEL } from './postgres-listener';
import { noStreams } from './sqlite-dialect';
import type { NamedQuery } from '../statement';
import { chunks } from '../table';
import { handleIsOver, undone } from './transaction-error';

const named = (name: string, sql: string): NamedQuery => ({ ...CompiledQuery.raw(sql), name });

const BEGIN = named('begin', 'begin isolation level read committed');
const COMMIT = named('commit', 'commit');
const ROLLBACK = CompiledQuery.raw('rollback');

const notifyOf = (topics: Iterable<string>): NamedQuery => ({
  ...named('notify', 'select pg_notify($1, topic) from json_array_elements_text($2) as topic'),
  parameters: [CHANNEL, JSON.stringify([...topics])],
});

/** A connection of a pool for one transaction: afterwards somebody else has it. */
export class LentConnection implements DatabaseConnection {
  private over = false;
  private failure: unknown;
  private readonly topics = new Set<string>();
  private last: Promise<void> = Promise.resolve();
  private readonly outbox = new Outbox((asked) => {
    this.last = this.last.then(() => carryOut(this.client, asked, this.prepared));
  });

  constructor(
    private readonly client: PoolClient,
    private readonly prepared: Prepared,
  ) {}

  readonly streamQuery = noStreams;

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.failure !== undefined) return Promise.reject(undone(this.failure));
    if (this.over) return Promise.reject(handleIsOver());
    return this.ask(query);
  }

  /** Goes with the first statement. */
  begin(): void {
    this.ask(BEGIN).catch(() => undefined);
  }

  /** Tells the listeners of every process, in this order, when it is committed. */
  notify(topics: readonly string[]): void {
    for (const topic of topics) this.topics.add(topic);
  }

  async commit(): Promise<void> {
    if (this.failure !== undefined) throw undone(this.failure);
    this.over = true;
    try {
      // In the same message.
      if (this.topics.size > 0) this.ask(notifyOf(this.topics)).catch(() => undefined);
      const { rows } = await this.ask<{ command: string }>(COMMIT);
      if (rows[0]?.command !== 'COMMIT') throw undone('the server rolled it back');
    } catch (error) {
      throw this.failure !== error || isAnswer(error) ? error : new CommitUnknownError(error);
    }
  }

  /** @returns false of a connection that broke, which has undone it by that */
  async rollback(): Promise<boolean> {
    this.over = true;
    return this.ask(ROLLBACK).then(
      () => true,
      () => false,
    );
  }

  private async ask<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      return await this.outbox.ask<R>(query);
    } catch (error) {
      this.failure ??= error;
      throw error instanceof NotCarriedOutError ? error.cause : error;
    }
  }
}

/** Reads on one connection at once: those behind wait for those before. */
const TOGETHER = 16;

/** For statements each of which stands alone: one whose connection breaks is made anew over another. */
export class Reads implements DatabaseConnection {
  private readonly outbox = new Outbox((asked) => {
    for (const some of chunks(asked, TOGETHER)) void this.send(some);
  });

  constructor(
    private readonly pool: Pool,
    private readonly prepared: Prepared,
    private readonly observer: Pick<DatabaseObserver, 'retried'>,
    /** What goes together is one transaction: of writes, each would hold its row for the others. */
    private readonly sent: 'together' | 'alone' = 'together',
  ) {}

  readonly streamQuery = noStreams;

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const mayWait = this.sent === 'together' && isNamed(query);
    return again(() => (mayWait ? this.together<R>(query) : this.alone<R>(query)), this.observer);
  }

  /** Those that are asked all the time are short. */
  private async together<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      return await this.outbox.ask<R>(query);
    } catch (error) {
      // What another one did is no failure of this one.
      if (error instanceof NotCarriedOutError) return this.alone(query);
      throw error;
    }
  }

  private alone<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const asked = new Asked(query);
    void this.send([asked]);
    return asked.answer as Promise<QueryResult<R>>;
  }

  private async send(asked: readonly Asked[]): Promise<void> {
    try {
      const client = await this.pool.connect();
      await carryOut(client, asked, this.prepared);
      client.release();
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}
