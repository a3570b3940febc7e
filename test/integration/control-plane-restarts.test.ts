import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Assignment } from '../../src/protocol/messages';
import { removeFolder, temporaryFolder } from '../support/folder';
import {
  restartsAsText,
  runThroughRestarts,
  type RestartsOptions,
  type RestartsReport,
  type Site,
} from '../support/load/restarts';
import { killed, oneOnSqlite, stoodStill, threeOnPostgres, type SiteOptions } from '../support/load/sites';
import { sleep } from '../support/waiting';

const NOTHING_AMISS = { lost: [], doubled: [], ended: [], logsAmiss: [] };

const stopping = new AbortController();
const closers: (() => unknown)[] = [];

afterAll(async () => {
  // Ends what a test that ran out of time left behind.
  stopping.abort(new Error('the tests are over'));
  await pause.catch(() => undefined);
  for (const closer of closers.reverse()) await closer();
});

async function reportOn(
  open: (options: SiteOptions) => Promise<Site>,
  load: Omit<RestartsOptions, 'folder'>,
): Promise<RestartsReport> {
  const folder = temporaryFolder();
  closers.push(() => removeFolder(folder));
  const site = await open({ folder, program: ['--import', 'tsx', 'src/cli/entry/control-plane.ts'] });
  closers.push(() => site.close());
  const report = await runThroughRestarts(site, { ...load, folder }, stopping.signal);
  process.stdout.write(`${restartsAsText(report)}\n`);
  return report;
}

/** Waits while the other tests work, and is looked at by the last. */
let pause: Promise<RestartsReport>;

beforeAll(() => {
  // What is assigned before the pause and starts after it has lost its session for longer than that one's lease.
  const begin = async ({ runId, stage }: Assignment) => {
    const isSlow = stage === 'preparing' && runId.charCodeAt(24) % 4 === 0;
    if (isSlow) await sleep(110_000, undefined, { signal: stopping.signal });
  };
  const load = { pools: 2, mqttPools: 1, runs: 60, begin };
  pause = reportOn((options) => oneOnSqlite(options, [stoodStill(90)]), load);
  pause.catch(() => undefined);
});

test('a control plane on SQLite that is killed again and again: no run is lost, doubled or ended, and no log line lost', async () => {
  const kills = Array.from({ length: 5 }, () => killed());
  const load = { pools: 18, mqttPools: 2, runs: 400 };
  const report = await reportOn((options) => oneOnSqlite(options, kills), load);
  expect(report).toMatchObject({ ...NOTHING_AMISS, workers: 200 });
  expect(report.runs).toBeGreaterThanOrEqual(400);
}, 600_000);

test('three on PostgreSQL, killed in turn while database and broker are restarted: no run is lost, doubled or ended, and no log line lost', async () => {
  const report = await reportOn(threeOnPostgres, { pools: 18, mqttPools: 2, runs: 2_000 });
  expect(report).toMatchObject({ ...NOTHING_AMISS, workers: 200 });
  expect(report.runs).toBeGreaterThanOrEqual(2_000);
}, 1_200_000);

test('one that stood still for 90 seconds: no run is lost, doubled or ended, nor taken from a worker whose Pod is about to start (invariant 10)', async () => {
  expect(await pause).toMatchObject({ ...NOTHING_AMISS, givenAgain: 0, workers: 30 });
}, 600_000);
