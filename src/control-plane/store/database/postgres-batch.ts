import type { Connection, PoolClient, Submittable } from 'pg';
import type { CompiledQuery, QueryResult } from 'kysely';
import type { NamedQuery } from '../statement';
import { withoutNul } from './parameters';
import { parserOf } from './postgres-config';
import { isAnswer, isOutdated } from './postgres-errors';

/** Of a named query the server keeps the plan, since to parse and plan it costs more than to run it. */
export const isNamed = (query: CompiledQuery): query is NamedQuery => 'name' in query;

/** An earlier statement of the same batch failed. */
export class NotCarriedOutError extends Error {
  constructor(cause: unknown) {
    super(`a statement before it failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

type Row = Record<string, unknown>;
interface Column {
  readonly name: string;
  readonly parse: (text: string) => unknown;
}

/** What the servers of connections have prepared, by name, with the columns of what it gives back. */
export class Prepared {
  private known = new WeakMap<Connection, Map<string, readonly Column[]>>();

  on(connection: Connection): Map<string, readonly Column[]> {
    const known = this.known.get(connection) ?? new Map<string, readonly Column[]>();
    this.known.set(connection, known);
    return known;
  }

  /** Everything is prepared anew, as after a table has got another column. */
  forget(): void {
    this.known = new WeakMap();
  }
}

/** A statement that is asked for, and what came back of it so far. */
export class Asked {
  readonly values: (string | Buffer | null)[];
  columns: readonly Column[] = [];
  readonly rows: Row[] = [];
  readonly answer: Promise<QueryResult<unknown>>;
  resolve!: (result: QueryResult<unknown>) => void;
  reject!: (error: unknown) => void;

  constructor(readonly query: CompiledQuery) {
    this.values = query.parameters.map(toParameter);
    this.answer = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}

/** Statements that go to the server in one message and are answered in one; what follows one that fails is not carried out. */
class Batch implements Submittable {
  private done = 0;
  private prepared!: Map<string, readonly Column[]>;
  readonly over: Promise<void>;
  private end!: () => void;

  constructor(
    private readonly asked: readonly Asked[],
    private readonly statements: Prepared,
  ) {
    this.over = new Promise((resolve) => (this.end = resolve));
  }

  submit(connection: Connection): void {
    this.prepared = this.statements.on(connection);
    connection.stream.cork();
    try {
      for (const each of this.asked) this.send(connection, each);
      connection.sync();
    } finally {
      connection.stream.uncork();
    }
  }

  private send(connection: Connection, asked: Asked): void {
    const name = isNamed(asked.query) ? asked.query.name : '';
    const columns = this.prepared.get(name);
    if (columns) {
      asked.columns = columns;
    } else {
      // A former try may have left one there, of which nothing is known.
      if (name) connection.close({ type: 'S', name }, true);
      connection.parse({ name, text: asked.query.sql, types: [] }, true);
    }
    connection.bind({ statement: name, values: asked.values }, true);
    if (!columns) connection.describe({ type: 'P' }, true);
    connection.execute(null, true);
  }

  handleRowDescription({ fields }: { readonly fields: readonly { name: string; dataTypeID: number }[] }): void {
    this.current.columns = fields.map(({ name, dataTypeID }) => ({ name, parse: parserOf(dataTypeID) }));
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    const { columns, rows } = this.current;
    const row: Row = {};
    for (const [index, { name, parse }] of columns.entries()) {
      const text = fields[index] ?? null;
      row[name] = text === null ? null : parse(text);
    }
    rows.push(row);
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    const { query, columns, rows, resolve } = this.current;
    this.done += 1;
    if (isNamed(query)) this.prepared.set(query.name, columns);
    const changed = /^(?:INSERT 0|UPDATE|DELETE|MERGE) (\d+)$/.exec(text)?.[1];
    if (text === 'ROLLBACK' || text === 'COMMIT') resolve({ rows: [{ command: text }] });
    else resolve({ rows, ...(changed !== undefined && { numAffectedRows: BigInt(changed) }) });
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: '' });
  }

  handleReadyForQuery(): void {
    this.end();
  }

  handleError(error: unknown): void {
    if (isOutdated(error)) this.statements.forget();
    const [first, ...others] = this.asked.slice(this.done);
    first?.reject(error);
    // Of a connection that broke nobody knows what was carried out.
    const theirs = isAnswer(error) ? new NotCarriedOutError(error) : error;
    for (const { reject } of others) reject(theirs);
    this.done = this.asked.length;
    this.end();
  }

  private get current(): Asked {
    return this.asked[this.done]!;
  }
}

/** Sends what is asked in one turn of the event loop together. */
export class Outbox {
  private waiting: Asked[] = [];

  /** @param send is given all of them at the end of the turn, and never rejects */
  constructor(private readonly send: (asked: readonly Asked[]) => unknown) {}

  ask<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const asked = new Asked(query);
    this.waiting.push(asked);
    // Behind all that follows in this turn without waiting.
    if (this.waiting.length === 1) queueMicrotask(() => process.nextTick(() => this.flush()));
    return asked.answer as Promise<QueryResult<R>>;
  }

  private flush(): void {
    const asked = this.waiting;
    this.waiting = [];
    this.send(asked);
  }
}

/** Resolves when all of them are answered. */
export function carryOut(client: PoolClient, asked: readonly Asked[], prepared: Prepared): Promise<void> {
  return client.query(new Batch(asked, prepared)).over;
}

/** As the server's text format has it. */
function toParameter(value: unknown): string | Buffer | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return withoutNul(value);
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (Buffer.isBuffer(value)) return value;
  throw new TypeError(`a statement takes texts, numbers and bytes, not ${Object.prototype.toString.call(value)}`);
}
