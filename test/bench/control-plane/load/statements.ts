import { join } from 'node:path';
import { StatementSync } from 'node:sqlite';
import { Client, type QueryConfig } from 'pg';
import { hosting } from '../../../../src/control-plane/hosting';
import type { Database } from '../../../../src/control-plane/store/database/database';
import { openPostgres } from '../../../../src/control-plane/store/database/postgres';
import { openSqlite } from '../../../../src/control-plane/store/database/sqlite';
import type { Schema } from '../../../../src/control-plane/store/schema';
import { TestQueue, type OpenDatabase } from '../../../control-plane/support/queue';
import { temporaryFolder } from '../../../support/folder';
import { startPostgres } from '../../../support/postgres';

export interface Statements {
  readonly operation: string;
  /** Of the queue; to begin and to commit are none of them, nor is what proves who asks. */
  readonly statements: number;
  readonly transactions: number;
}

/** What each operation in the life of a run asks of the database. */
export async function countStatements(database: 'sqlite' | 'postgres'): Promise<Statements[]> {
  if (database === 'sqlite') {
    return count(({ folder, now, prepare }) =>
      openSqlite({ path: join(folder, 'control-plane.db'), inProcess: true, now, prepare, hosting }),
    );
  }
  const server = await startPostgres();
  try {
    const url = await server.createDatabase();
    return await count(({ prepare }) => openPostgres({ url, prepare }));
  } finally {
    await server.stop();
  }
}

interface Opening {
  readonly folder: string;
  readonly now: () => number;
  readonly prepare: Parameters<OpenDatabase>[2];
}

async function count(open: (opening: Opening) => Promise<Database<Schema>>): Promise<Statements[]> {
  const counter = new Counter();
  const queue = await TestQueue.ready(temporaryFolder(), async (folder, now, prepare) =>
    counter.on(await open({ folder, now, prepare })),
  );
  try {
    return await countLife(queue, counter);
  } finally {
    counter.end();
    await queue.close();
  }
}

async function countLife(queue: TestQueue, counter: Counter): Promise<Statements[]> {
  const worker = await queue.register();
  const counted: Statements[] = [];
  const during = async <T>(operation: string, work: () => Promise<T>): Promise<T> => {
    counter.reset();
    const result = await work();
    counted.push({ operation, ...counter.seen });
    return result;
  };
  let { revision: after } = await queue.watch(0, 0);
  await during('trigger, with the assignment', () => queue.trigger());
  const views = await during('watch that brings it', () => queue.watch(after, 0));
  after = views.revision;
  const assignment = views.workers[0]!.assignment!;
  await during('report that the Pod was created', () =>
    queue.report(worker, assignment, { kind: 'created', podName: 'pod' }),
  );
  await during('start', () => queue.start(assignment));
  await during('log', () => queue.log(assignment, 1, 2, 3, 4));
  await during('heartbeat', () => queue.heartbeat(assignment));
  await during('outcome', () => queue.end(assignment));
  await during('report that the Pod is gone', () => queue.report(worker, assignment, { kind: 'released' }));
  ({ revision: after } = await queue.watch(after, 0));
  await during('watch that brings nothing', () => queue.watch(after, 0));
  await during('sync', () => queue.sync([{ id: worker, pod: null }]));
  return counted;
}

/** What a transaction needs itself. */
const FRAME = /^(begin|start transaction|commit|rollback|savepoint|release)/i;

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Sees every statement where it leaves for the database: some are built once, and Kysely hears no more of them. */
class Counter {
  private statements = 0;
  private transactions = 0;
  private readonly undo: (() => void)[] = [];

  constructor() {
    const sqlite = StatementSync.prototype;
    for (const method of ['run', 'all'] as const) {
      this.watch(sqlite, method, (statement) => (statement as StatementSync).sourceSQL);
    }
    this.watch(Client.prototype, 'query', (_, asked) =>
      typeof asked === 'string' ? asked : (asked as QueryConfig).text,
    );
  }

  get seen(): Omit<Statements, 'operation'> {
    return { statements: this.statements, transactions: this.transactions };
  }

  reset(): void {
    this.statements = 0;
    this.transactions = 0;
  }

  /** Leaves the clients of the databases as they were. */
  end(): void {
    for (const undo of this.undo) undo();
  }

  /** The same database, its transactions counted. */
  on(database: Database<Schema>): Database<Schema> {
    const { perform } = database;
    return {
      ...database,
      transaction: (work) => {
        this.transactions += 1;
        return database.transaction(work);
      },
      perform:
        perform &&
        ((request) => {
          this.transactions += 1;
          return perform(request);
        }),
    };
  }

  private watch(prototype: object, method: string, textOf: (self: unknown, asked: unknown) => string): void {
    const original = Reflect.get(prototype, method) as Method;
    const noted = (self: unknown, asked: unknown): void => {
      if (!FRAME.test(textOf(self, asked))) this.statements += 1;
    };
    Reflect.set(prototype, method, function (this: unknown, ...args: unknown[]) {
      noted(this, args[0]);
      return original.apply(this, args);
    });
    this.undo.push(() => Reflect.set(prototype, method, original));
  }
}
