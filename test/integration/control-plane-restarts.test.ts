import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { removeFolder, temporaryFolder } from '../support/folder';
import { restartsAsText, runThroughRestarts } from '../support/load/restarts';

const PROGRAM = ['--import', 'tsx', 'src/cli/entry/control-plane.ts'];

let folder: string;
let stopping: AbortController;

beforeEach(() => {
  folder = temporaryFolder();
  stopping = new AbortController();
});

afterEach(() => {
  // Ends what a test that ran out of time left behind.
  stopping.abort(new Error('the test is over'));
  removeFolder(folder);
});

test('a control plane that is killed again and again loses, doubles and ends no run, and loses no log line', async () => {
  const options = { folder, program: PROGRAM, pools: 18, mqttPools: 2, runs: 400, kills: 5 };
  const report = await runThroughRestarts(options, stopping.signal);
  process.stdout.write(`${restartsAsText(report)}\n`);
  expect(report).toMatchObject({ workers: 200, lost: [], doubled: [], ended: [], logsAmiss: [] });
  expect(report.runs).toBeGreaterThanOrEqual(400);
}, 300_000);
