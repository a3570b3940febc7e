import { execFile } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { fleetMeasures } from '../bench/fleet-report';
import type { FleetReport } from '../bench/fleet';
import type { HistoryReport } from '../bench/control-plane/history/history';
import type { LoadReport } from '../bench/control-plane/load/report';

/* What nobody types for weeks breaks unseen: each bench, as small as it goes. */

/** What a command says on its standard output. One that hangs is ended, and all that it started with it. */
function bench<Report>(...args: readonly string[]): Promise<Report> {
  const command = ['--import', 'tsx', 'src/cli/dev/bench.ts', ...args, '-o', 'json'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, command, { timeout: 240_000 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${stderr}\n${error.message}`));
      else resolve(JSON.parse(stdout) as Report);
    });
  });
}

const times = { p50: expect.any(Number), p99: expect.any(Number), most: expect.any(Number) };

test('bench control-plane lets a small fleet carry out its runs over both transports, and loses none', async () => {
  const fleet = ['--pools', '10', '--mqtt-pools', '1', '--idle-seconds', '1'];
  const load = ['--rate', '22', '--seconds', '1', '--run-rate', '20', '--runs', '12'];
  const { statements, sizes } = await bench<LoadReport>('control-plane', '--site', 'sqlite', ...fleet, ...load);
  const [size, ...others] = sizes;
  expect(others).toEqual([]);
  expect(size).toMatchObject({ pools: 11, workers: 110 });
  const nothingAmiss = { verdict: { lost: 0, doubled: 0, ended: 0, givenAgain: 0 } };
  expect(size!.assigning).toMatchObject([{ runs: 22, ...nothingAmiss, fromSending: { count: 22, ...times } }]);
  expect(size!.assigning[0]!.byTransport).toMatchObject({ poll: { count: 20 }, mqtt: { count: 2 } });
  expect(size!.whole).toMatchObject([{ runs: 12, ...nothingAmiss, fromSending: { count: 12, ...times } }]);
  expect(size!.whole[0]!.transactions).toBeGreaterThanOrEqual(12);
  expect(statements.map(({ operation }) => operation)).toContain('trigger, with the assignment');
}, 300_000);

test('bench history measures assigning and listing in each round, on PostgreSQL', async () => {
  const size = ['--stacks', '2', '--finished', '100', '--queued', '10', '--rounds', '2'];
  const report = await bench<HistoryReport>('history', '--database', 'postgres', ...size);
  const each = [expect.any(Number), expect.any(Number)];
  const both = { assigning: each, listing: each };
  expect(report).toMatchObject({ database: 'postgres', finished: 100, costs: { bare: both, history: both } });
}, 300_000);

test('bench fleet measures the memory of a controller that made its Workers and Pods, and of one that found them', async () => {
  const report = await bench<FleetReport>('fleet', '--idle', '6', '--pods', '2', '--pool-size', '4', '--seconds', '1');
  const memory = { atRestMiB: expect.any(Number), peakMiB: expect.any(Number), seconds: expect.any(Number) };
  expect(report).toMatchObject({ settings: { idle: 6, pods: 2, poolSize: 4 }, made: memory, found: memory });
  for (const { value, atMost } of fleetMeasures(report)) {
    if (atMost !== undefined) expect(value).toBeLessThanOrEqual(atMost);
  }
}, 300_000);
