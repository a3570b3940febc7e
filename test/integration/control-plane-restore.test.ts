import { execFile } from 'node:child_process';
import { cpSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { triggerRun } from '../../src/cli/api/operations';
import { Balancer } from '../support/balancer';
import { connectionTo } from '../support/control-plane-process';
import { removeFolder, temporaryFolder } from '../support/folder';
import { LoadAdmin } from '../support/load/admin';
import { LoadController } from '../support/load/controller';
import { Ledger } from '../support/load/ledger';
import type { PodLife } from '../support/load/pod';
import { Replica } from '../support/load/replica';
import { isWhole, LINES } from '../support/load/restarts';
import { startPostgres, type PostgresServer } from '../support/postgres';
import { until } from '../support/waiting';

const PROGRAM = ['--import', 'tsx', 'src/cli/entry/control-plane.ts'];
/** For what takes seconds. */
const WITHIN_SECONDS = 100;

let server: PostgresServer;
let folder: string;
let closers: (() => unknown)[];
let stopping: AbortController;

beforeAll(async () => {
  server = await startPostgres();
});

afterAll(() => server?.stop());

beforeEach(() => {
  folder = temporaryFolder();
  closers = [];
  stopping = new AbortController();
});

afterEach(async () => {
  stopping.abort(new Error('the test is over'));
  for (const closer of closers.reverse()) await closer();
  removeFolder(folder);
});

/** Lines of each log that are stored when the control plane is lost. */
const STORED = 8;

/** Closed until somebody passes it. */
class Gate {
  pass!: () => void;
  readonly open = new Promise<void>((resolve) => (this.pass = resolve));
}

type Variables = Readonly<Record<string, string>>;

/** Variables that name the database. */
const KINDS: Readonly<Record<string, () => Promise<Variables>>> = {
  SQLite: () => Promise.resolve({}),
  PostgreSQL: async () => ({ WORKER_POOLS_DATABASE_URL: await server.createDatabase() }),
};

/** As a person types it. */
async function workerPools(environment: Variables, ...args: readonly string[]): Promise<string> {
  const env = { PATH: process.env.PATH, ...environment };
  return (await promisify(execFile)(process.execPath, [...PROGRAM, ...args], { env })).stdout;
}

/** Everything of a data folder that is not the database: keys and blobs. */
const keysAndBlobs = (path: string): boolean => !basename(path).startsWith('control-plane.db');

test.each([
  ['SQLite', 'SQLite'],
  ['SQLite', 'PostgreSQL'],
  ['PostgreSQL', 'SQLite'],
])(
  'a backup of %s, restored into %s: runs that go on meanwhile are found again, also what was given out after the backup, and their logs say so (invariants 1, 6 and 10)',
  async (from, to) => {
    const [https, mqtts] = [await Balancer.start(), await Balancer.start()];
    closers.push(
      () => https.close(),
      () => mqtts.close(),
    );
    const controlPlane = (name: string, environment: Variables) => {
      const replica = new Replica({
        ...{ name, folder, program: PROGRAM, environment },
        settings: [`--public-url=https://127.0.0.1:${https.port}`, `--mqtt-url=mqtts://127.0.0.1:${mqtts.port}`],
        onListen: (ports) => {
          https.backEnds = [ports.https];
          mqtts.backEnds = [ports.mqtts];
        },
      });
      closers.push(() => replica.stop());
      return replica;
    };
    const databases = { from: await KINDS[from]!(), to: await KINDS[to]!() };
    const first = controlPlane('first', databases.from);
    await first.start();
    const admin = new LoadAdmin(connectionTo(https.port, first.dataDir), join(folder, 'credentials'));
    closers.push(() => admin.close());

    const ledger = new Ledger();
    const [backedUp, isRestored] = [new Gate(), new Gate()];
    let [isHeld, before] = [false, ''];
    const life: PodLife = {
      ...{ lifeMs: 200, lines: LINES, batch: 2 },
      // The one that keeps the other worker from the next run until the backup is made.
      begin: () => (isHeld ? backedUp.open : Promise.resolve()),
      beforeMore: async (run, lines) => {
        if (run === before) return;
        if (lines >= 4) await backedUp.open;
        if (lines >= STORED) await isRestored.open;
      },
    };
    const pool = await admin.createPool('pool');
    const controller = await LoadController.open({ transport: 'poll', pool, workers: 2, life, ledger });
    closers.push(() => controller.close());
    const trigger = async (stack: string) => {
      await admin.createStack(stack, pool);
      const { id } = await triggerRun(admin.client, stack, { autoDeploy: true });
      ledger.triggered(id, { sentAt: 0, answeredAt: 0 });
      return id;
    };
    const started = (run: string) =>
      until(`${run} has started`, WITHIN_SECONDS, () => !!ledger.all.get(run)?.started.length, stopping.signal);

    const goesOn = await trigger('goes-on');
    await started(goesOn);
    isHeld = true;
    before = await trigger('before');
    const after = await trigger('after');
    const file = join(folder, 'backup.db');
    const place = ['--data-dir', first.dataDir];
    expect(await workerPools(databases.from, 'control-plane', 'backup', ...place, '--to', file)).toContain(file);
    isHeld = false;
    backedUp.pass();
    const both = [goesOn, after];
    const stored = async () => {
      const logs = await Promise.all(both.map((run) => admin.readLog(run)));
      return logs.every(({ records }) => records.filter(({ writer }) => writer === 'relay').length === STORED);
    };
    await until('both runs have logged', WITHIN_SECONDS, stored, stopping.signal);

    await first.kill();
    const second = controlPlane('second', databases.to);
    cpSync(first.dataDir, second.dataDir, { recursive: true, filter: keysAndBlobs });
    const restored = await workerPools(
      databases.to,
      ...['control-plane', 'restore', '--data-dir', second.dataDir, '--from', file],
    );
    expect(restored).toContain(`The database is as it was in ${file}`);
    await second.start();
    isRestored.pass();

    const over = () => both.every((run) => ledger.all.get(run)?.state !== undefined);
    await until('both runs are over', WITHIN_SECONDS, over, stopping.signal);
    const { lost, doubled, ended } = ledger.verdict();
    expect([...lost, ...doubled, ...ended].filter((run) => both.includes(run))).toEqual([]);
    const logs = await Promise.all(both.map((run) => admin.readLog(run)));
    expect(logs).toMatchObject(both.map(() => ({ state: 'FINISHED', reason: 'Succeeded' })));
    for (const [index, run] of both.entries()) expect(isWhole(run, ledger.all.get(run)!, logs[index]!)).toBe(true);
    const said = logs.map(({ records }) => records.map(({ text }) => text).join(''));
    expect(said[0]).toMatch(/restored from a backup made up to here: what the Pod still has is sent again/);
    expect(said[1]).toMatch(
      /restored from a backup. Attempt 1 \(preparing\), which came after that, was found in a Pod/,
    );
    expect(Object.fromEntries(ledger.refusals)).toEqual({});
  },
  240_000,
);
