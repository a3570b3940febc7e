import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { removeFolder, temporaryFolder } from '../support/folder';
import { restartsAsText, runThroughRestarts, type Site } from '../support/load/restarts';
import { oneOnSqlite, threeOnPostgres, type SiteOptions } from '../support/load/sites';

let options: SiteOptions;
let site: Site | undefined;
let stopping: AbortController;

beforeEach(() => {
  options = { folder: temporaryFolder(), program: ['--import', 'tsx', 'src/cli/entry/control-plane.ts'] };
  stopping = new AbortController();
  site = undefined;
});

afterEach(async () => {
  // Ends what a test that ran out of time left behind.
  stopping.abort(new Error('the test is over'));
  await site?.close();
  removeFolder(options.folder);
});

test.each<[string, (options: SiteOptions) => Promise<Site>]>([
  ['a control plane on SQLite that is killed again and again', (given) => oneOnSqlite(given, 5)],
  ['three on PostgreSQL, killed in turn while database and broker are restarted', threeOnPostgres],
])(
  '%s: no run is lost, doubled or ended, and no log line lost',
  async (_, open) => {
    site = await open(options);
    const load = { folder: options.folder, pools: 18, mqttPools: 2, runs: 400 };
    const report = await runThroughRestarts(site, load, stopping.signal);
    process.stdout.write(`${restartsAsText(report)}\n`);
    expect(report).toMatchObject({ workers: 200, lost: [], doubled: [], ended: [], logsAmiss: [] });
    expect(report.runs).toBeGreaterThanOrEqual(400);
  },
  300_000,
);
