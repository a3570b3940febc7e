import { join } from 'node:path';
import { StatementSync } from 'node:sqlite';
import { hosting } from '../../../../src/control-plane/hosting';
import type { Database } from '../../../../src/control-plane/store/database/database';
import { openPostgres } from '../../../../src/control-plane/store/database/postgres';
import { openSqlite } from '../../../../src/control-plane/store/database/sqlite';
import type { Schema } from '../../../../src/control-plane/store/schema';
import { TestQueue, type OpenDatabase } from '../../../control-plane/support/queue';
import { temporaryFolder } from '../../../support/folder';
import { startPostgres } from '../../../support/postgres';
import { PostgresTraffic } from '../../../support/postgres-traffic';

export interface Statements {
  readonly operation: string;
  /** Of the queue; to begin and to commit are none of them, nor is what proves who asks. */
  readonly statements: number;
  /** That they go to PostgreSQL in. */
  readonly messages: number;
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
const FRAME = /^(begin|commit|rollback|savepoint|release)/i;

type Method = (this: StatementSync, ...args: unknown[]) => unknown;

/** Sees every statement where it leaves for the database: some are built once, and Kysely hears no more of them. */
class Counter {
  private ofSqlite = 0;
  private transactions = 0;
  private readonly traffic = PostgresTraffic.listen();
  private readonly undo: (() => void)[] = [];

  constructor() {
    for (const method of ['run', 'all'] as const) this.watch(method);
  }

  get seen(): Omit<Statements, 'operation'> {
    const { ofSqlite, transactions, traffic } = this;
    return { statements: ofSqlite + traffic.statements, messages: traffic.messages, transactions };
  }

  reset(): void {
    this.ofSqlite = 0;
    this.transactions = 0;
    this.traffic.reset();
  }

  /** Leaves the clients of the databases as they were. */
  end(): void {
    this.traffic.stop();
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

  private watch(method: 'run' | 'all'): void {
    const { prototype } = StatementSync;
    const original = Reflect.get(prototype, method) as Method;
    const noted = ({ sourceSQL }: StatementSync): void => {
      if (!FRAME.test(sourceSQL)) this.ofSqlite += 1;
    };
    Reflect.set(prototype, method, function (this: StatementSync, ...args: unknown[]) {
      noted(this);
      return original.apply(this, args);
    });
    this.undo.push(() => Reflect.set(prototype, method, original));
  }
}
