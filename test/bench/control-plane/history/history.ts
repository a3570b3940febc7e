import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Progress } from '../../../../src/local-cluster';
import { task } from '../../../../src/local-cluster/progress';
import type { Database } from '../../../../src/control-plane/store/database/database';
import { openPostgres } from '../../../../src/control-plane/store/database/postgres';
import { openSqlite } from '../../../../src/control-plane/store/database/sqlite';
import type { Schema } from '../../../../src/control-plane/store/schema';
import { TestQueue } from '../../../control-plane/support/queue';
import { exactCpuMs } from '../cpu';
import { removeFolder } from '../../../support/folder';
import { startPostgres } from '../../../support/postgres';
import { secondsOf } from '../../../support/waiting';
import { machineLine, measureTable, median, ratio, targetSentence, thisMachine, type Measure } from '../../measures';
import { seedHistory, stackName, type History } from './seed';

export interface HistoryOptions {
  readonly database: 'sqlite' | 'postgres';
  readonly stacks: number;
  readonly finished: number;
  readonly queued: number;
  /** In each of them every database is measured, in turn. */
  readonly rounds: number;
}

/** What is measured, in milliseconds: each time for so many. */
const COUNTS = { assigning: 40, listing: 40 };
/** Runs of a page; there are so many of each stack even where there is no history, or a list would have nothing to show. */
const PAGE = 10;
const AT_MOST = 1.2;

type Kind = 'bare' | 'history';
type Costs = Record<keyof typeof COUNTS, number[]>;

export interface HistoryReport extends HistoryOptions {
  readonly seedSeconds: number;
  /** Milliseconds of one, in each round. */
  readonly costs: Readonly<Record<Kind, Costs>>;
}

/**
 * Two databases of one pool beside one another, without a history and a queue and with them: what it costs to let a run pass
 * through, and to list runs.
 */
export async function runHistory(options: HistoryOptions, progress: Progress): Promise<HistoryReport> {
  const { stacks, finished, queued, rounds, database } = options;
  const closers: (() => unknown)[] = [];
  try {
    const open = database === 'sqlite' ? sqliteIn : await postgresIn(closers);
    const seed = (history: Omit<History, 'stacks'>): Promise<Bench> =>
      Bench.open(open, { stacks, ...history }, closers);
    const benches = new Map<Kind, Bench>([['bare', await seed({ finished: PAGE * stacks, queued: 0 })]]);
    const title = `writing ${finished} finished and ${queued} queued runs`;
    const seedSeconds = await task(progress, title, undefined, () =>
      secondsOf(async () => benches.set('history', await seed({ finished, queued }))),
    );
    const costs = { bare: emptyCosts(), history: emptyCosts() };
    await task(progress, `measuring ${rounds} rounds`, undefined, async () => {
      for (const bench of benches.values()) await bench.measure(emptyCosts());
      for (let round = 0; round < rounds; round += 1) {
        for (const [kind, bench] of benches) await bench.measure(costs[kind]);
      }
    });
    return { ...options, seedSeconds, costs };
  } finally {
    for (const closer of closers.reverse()) await closer();
  }
}

const emptyCosts = (): Costs => ({ assigning: [], listing: [] });

/**
 * A database, and the time that its work takes in milliseconds: on a processor, because that of a machine which is busy with
 * other things says little.
 */
interface Opened {
  readonly database: Database<Schema>;
  readonly clock: () => number;
}

type OpenDatabase = (folder: string) => Promise<Opened>;

/** In this thread, so that its CPU time is all that it costs. */
const sqliteIn: OpenDatabase = async (folder) => ({
  database: await openSqlite({ path: join(folder, 'control-plane.db'), inProcess: true }),
  clock: () => process.cpuUsage().user / 1000,
});

async function postgresIn(closers: (() => unknown)[]): Promise<OpenDatabase> {
  const server = await startPostgres();
  closers.push(() => server.stop());
  return async () => {
    const url = await server.createDatabase();
    const backEnds = `postgres: postgres ${new URL(url).pathname.slice(1)} `;
    const clock = (): number => {
      const { user, system } = process.cpuUsage();
      const theirs = exactCpuMs(backEnds);
      return theirs === null ? performance.now() : (user + system) / 1000 + theirs;
    };
    return { database: await openPostgres({ url, poolSize: 4 }), clock };
  };
}

class Bench {
  private worker = '';
  private next = 0;

  private constructor(
    private readonly queue: TestQueue,
    private readonly stacks: number,
    private readonly clock: () => number,
  ) {}

  static async open(open: OpenDatabase, history: History, closers: (() => unknown)[]): Promise<Bench> {
    const folder = mkdtempSync(join(tmpdir(), 'worker-pools-bench-'));
    closers.push(() => removeFolder(folder));
    let opened!: Opened;
    const queue = await TestQueue.ready(folder, async () => (opened = await open(folder)).database);
    closers.push(() => queue.close());
    await seedHistory(opened.database, queue.context.store, queue.pool.id, history);
    const bench = new Bench(queue, history.stacks, opened.clock);
    bench.worker = await queue.register();
    return bench;
  }

  async measure(costs: Costs): Promise<void> {
    costs.assigning.push(await this.each(COUNTS.assigning, () => this.letOneThrough()));
    costs.listing.push(await this.each(COUNTS.listing, () => this.list()));
  }

  private async each(count: number, work: () => Promise<unknown>): Promise<number> {
    const started = this.clock();
    for (let done = 0; done < count; done += 1) await work();
    return (this.clock() - started) / count;
  }

  /** Queues a run, and carries out the one whose turn it is. */
  private async letOneThrough(): Promise<void> {
    const { queue, worker } = this;
    await queue.trigger(stackName(this.next++ % this.stacks));
    const assignment = await queue.assignment(worker);
    await queue.start(assignment);
    await queue.end(assignment);
    await queue.report(worker, assignment, { kind: 'released' });
  }

  /** What pages and commands ask for. */
  private async list(): Promise<void> {
    const { admin, pool } = this.queue;
    await admin.runs({ limit: PAGE });
    await admin.runs({ limit: PAGE, pool: pool.id });
    await admin.runs({ limit: PAGE, stack: stackName(this.next++ % this.stacks) });
    await admin.pendingRuns([pool.id]);
  }
}

export function historyMeasures({ costs, finished, queued }: HistoryReport): Measure[] {
  return (['assigning', 'listing'] as const).map((what) => {
    const [without, having] = [median(costs.bare[what]), median(costs.history[what])];
    const name = `${what} with ${finished} finished and ${queued} queued runs, beside none`;
    const from = `${having.toFixed(2)} : ${without.toFixed(2)} ms`;
    return { ...ratio(name, having / without, AT_MOST, from), isAsserted: true };
  });
}

export function historyAsText(report: HistoryReport): string {
  const measures = historyMeasures(report);
  const { database, stacks, rounds, seedSeconds } = report;
  return [
    machineLine(thisMachine()),
    `${database}, one pool, ${stacks} stacks, medians of ${rounds} rounds, written in ${seedSeconds.toFixed(1)} s`,
    '',
    measureTable(measures),
    '',
    targetSentence(measures),
    '',
  ].join('\n');
}
