import { describe, expect, test } from '@jest/globals';
import { Ledger } from '../support/load/ledger';
import { latencies } from './control-plane/load/latencies';
import { Scraped } from './control-plane/load/metrics';
import { loadMeasures, loadReportAsText, type LoadReport, type Sample, type Size } from './control-plane/load/report';
import { countStatements } from './control-plane/load/statements';
import { parseStat } from './control-plane/cpu';
import { missesAsserted } from './measures';

const assigned = (workerId: string) => ({ workerId, stage: 'preparing' as const, transport: 'poll' as const });
const pod = (podUid: string) => ({ stage: 'preparing' as const, attempt: 1, podUid });
const trigger = { sentAt: 0, answeredAt: 0 };

describe('the books of a fleet', () => {
  const wellDone = (ledger: Ledger, run: string, worker = 'worker'): void => {
    ledger.triggered(run, trigger);
    ledger.assigned(run, assigned(worker));
    ledger.started(run, pod(`${run}-1`));
    ledger.ended(run, 'FINISHED');
    ledger.released(worker);
  };

  test('find nothing wrong with runs that were carried out one after the other', () => {
    const ledger = new Ledger();
    wellDone(ledger, 'a');
    wellDone(ledger, 'b');
    expect(ledger.verdict()).toEqual({ lost: [], doubled: [], ended: [], givenAgain: [] });
    expect(ledger.unfinished).toBe(0);
  });

  test.each<[string, keyof ReturnType<Ledger['verdict']>, (ledger: Ledger) => void]>([
    ['queued, and nobody got it', 'lost', (ledger) => ledger.triggered('b', trigger)],
    ['started by a second Pod', 'doubled', (ledger) => (wellDone(ledger, 'b'), ledger.started('b', pod('b-2')))],
    [
      'given to a worker that holds another',
      'doubled',
      (ledger) => (ledger.assigned('a', assigned('one')), wellDone(ledger, 'b', 'one')),
    ],
    ['failed, though its Pod said nothing of the kind', 'ended', (ledger) => ledger.ended('b', 'FAILED')],
    [
      'given to a second worker',
      'givenAgain',
      (ledger) => (wellDone(ledger, 'b'), ledger.assigned('b', assigned('two'))),
    ],
  ])('name a run that was %s', (_, wrong, happen) => {
    const ledger = new Ledger();
    wellDone(ledger, 'c', 'three');
    happen(ledger);
    const { [wrong]: found, ...others } = ledger.verdict();
    expect(found).toEqual(['b']);
    expect(Object.values(others).flat()).toEqual([]);
  });

  test('count what refused calls said, whatever run they were about', () => {
    const ledger = new Ledger();
    for (const ulid of ['01ARZ3NDEKTSV4RRFFQ69G5FAV', '01BX5ZZKBKACTAV9WEVGEMMVRZ']) {
      ledger.refused(new Error(`run ${ulid} was given up`));
    }
    expect([...ledger.refusals]).toEqual([['run ULID was given up', 2]]);
  });
});

test('an assignment takes from the sending of the trigger to the view; what came before the answer, no time after it', () => {
  const { fromSending, fromAnswer, byTransport } = latencies([
    { trigger: { sentAt: 0, answeredAt: 10 }, assignments: [{ ...assigned('a'), at: 15 }], started: [] },
    {
      trigger: { sentAt: 0, answeredAt: 10 },
      assignments: [{ ...assigned('b'), transport: 'mqtt', at: 8 }],
      started: [],
    },
    { trigger: { sentAt: 0, answeredAt: 10 }, assignments: [], started: [] },
  ]);
  expect(fromSending).toEqual({ count: 2, p50: 8, p99: 15, most: 15 });
  expect(fromAnswer).toEqual({ count: 2, p50: 0, p99: 5, most: 5 });
  expect(byTransport).toMatchObject({ poll: { count: 1, most: 15 }, mqtt: { count: 1, most: 8 } });
});

test('assignments are looked at in turn, too, in five parts by when they were sent', () => {
  const run = (sentAt: number, took: number) => ({
    trigger: { sentAt, answeredAt: sentAt },
    assignments: [{ ...assigned('a'), at: sentAt + took }],
    started: [],
  });
  const runs = Array.from({ length: 10 }, (_, index) => run(index, index < 2 ? 100 - index : 5));
  expect(latencies(runs.reverse()).inTurn.map(({ count, most }) => [count, most])).toEqual([
    [2, 100],
    [2, 5],
    [2, 5],
    [2, 5],
    [2, 5],
  ]);
  expect(latencies(runs.slice(0, 1)).inTurn).toHaveLength(1);
});

describe('what a process says of itself', () => {
  const text = [
    '# TYPE nodejs_eventloop_lag_max_seconds gauge',
    'nodejs_eventloop_lag_max_seconds 0.0625',
    'nodejs_eventloop_lag_p99_seconds 0.009',
    'worker_pools_control_plane_database_transactions_total{result="committed"} 40',
    'worker_pools_control_plane_database_transactions_total{result="refused"} 2',
    'worker_pools_control_plane_database_transactions_total_of_another 9',
  ].join('\n');

  test('how late the timers of its event loop came, without the time that they were set to', () => {
    expect(Scraped.of(text).loopHeldMs).toBeCloseTo(52.5);
    expect(Scraped.of(text).loopP99Ms).toBe(0);
  });

  test('its transactions, however they ended', () => {
    expect(Scraped.of(text).transactions).toBe(42);
  });
});

test('the CPU time of a process is that of its ended children, too, whatever its name has in it', () => {
  const stat = '41 (a (b) c) S 7 41 41 0 -1 4194560 900 0 0 0 150 50 20 30 20 0 1 0';
  expect(parseStat(stat)).toEqual({ pid: 41, parent: 7, name: 'a (b) c', cpuSeconds: 2.5 });
});

const times = (p99: number) => ({ count: 4, p50: p99 / 2, p99, most: p99 });

const sample = (over: Partial<Sample> = {}): Sample => ({
  runs: 100,
  seconds: 10,
  fromSending: times(40),
  byTransport: { poll: times(30), mqtt: times(60) },
  fromAnswer: times(20),
  inTurn: [times(90), times(30)],
  verdict: { lost: 0, doubled: 0, ended: 0, givenAgain: 0 },
  refusals: {},
  ownLoopP99Ms: 3,
  cpu: { controlPlane: 2, database: 1, broker: 0, generator: 0.5 },
  transactions: 300,
  loopHeldMs: 12,
  loopP99Ms: 4,
  residentMiB: 100,
  peakMiB: null,
  ...over,
});

const size = (over: Partial<Size> = {}): Size => {
  const { seconds, ...cost } = sample();
  const idle = { ...cost, seconds, cpu: { ...cost.cpu, controlPlane: 0.5 } };
  return { pools: 2, workers: 20, setUpSeconds: 1, idle, assigning: [sample()], whole: [sample()], ...over };
};

const report = (...sizes: Size[]): LoadReport => ({
  machine: { platform: 'linux x64', cores: 2, cpu: 'a processor', memoryGiB: 24, node: 'v24.0.0' },
  settings: { site: 'sqlite', pools: 1, mqttPools: 1, rate: 200, runRate: 20 },
  statements: [{ operation: 'trigger', statements: 7, messages: 0, transactions: 1 }],
  sizes,
});

describe('the report of the load', () => {
  test.each([
    [/^assignment, p50/, 20],
    [/^assignment, p99/, 40],
    [/long poll, p99/, 30],
    [/MQTT, p99/, 60],
    [/after the answer/, 20],
    [/in the worst part/, 90],
    [/^assignments a second/, 10],
    [/^resident memory, peak$/, 100],
    [/^CPU of the control plane, assigning/, 20],
    [/^CPU of the control plane, idle/, 5],
    [/^CPU of the load generator, assigning/, 5],
  ])('has %s', (name, value) => {
    expect(loadMeasures(report(size()), false).find((measure) => name.test(measure.name))?.value).toBeCloseTo(value);
  });

  test('sets what an assignment costs with more workers beside what it costs with few, with and without the idle fleet', () => {
    const more = sample({ cpu: { controlPlane: 3, database: 1, broker: 0, generator: 0.5 } });
    const text = loadReportAsText(report(size(), size({ workers: 200, assigning: [more] })), false);
    expect(text).toMatch(/^20 +100 +20\.00 ms +1\.00 +15\.00 ms +1\.00 +10\.00 ms +0\.00 ms +5\.00 ms +3\.0 /m);
    expect(text).toMatch(/^200 +100 +30\.00 ms +1\.50 +25\.00 ms +1\.67 /m);
  });

  test('has what a pool takes of the memory: the slope between the first size and the last', () => {
    const more = size({ pools: 12, idle: { ...size().idle, residentMiB: 105 } });
    expect(loadReportAsText(report(size(), more), false)).toMatch(
      /^resident memory of a pool +512 KiB .* 2 to 12 idle/m,
    );
    expect(loadReportAsText(report(size()), false)).not.toContain('memory of a pool');
  });

  test('counts the statements of each operation', () => {
    expect(loadReportAsText(report(size()), false)).toMatch(/^trigger +7 +0 +1$/m);
  });

  test('fails for a run that was lost at any size, and for memory', () => {
    const lost = sample({ verdict: { lost: 1, doubled: 0, ended: 0, givenAgain: 0 } });
    expect(missesAsserted(loadMeasures(report(size(), size()), false))).toBe(false);
    expect(missesAsserted(loadMeasures(report(size({ whole: [lost] }), size()), false))).toBe(true);
    expect(missesAsserted(loadMeasures(report(size({ assigning: [sample({ peakMiB: 513 })] })), false))).toBe(true);
  });

  test('fails for what depends on the machine only when it is asked to', () => {
    const late = report(size({ assigning: [sample({ fromSending: times(101) })] }));
    expect(missesAsserted(loadMeasures(late, false))).toBe(false);
    expect(missesAsserted(loadMeasures(late, true))).toBe(true);
    expect(loadReportAsText(late, false)).toContain('Not met: assignment, p99 (101.0 ms, target 100).');
  });

  test('says that it went no further than a size at which runs were stuck', () => {
    expect(loadReportAsText(report(size({ workers: 10 })), false)).toContain('20 workers were to follow');
    expect(loadReportAsText(report(size()), false)).not.toContain('to follow');
  });

  test('lists what was refused, and nothing where nothing was', () => {
    expect(loadReportAsText(report(size()), false)).not.toContain('refused');
    const refused = sample({ refusals: { 'it is full': 3 } });
    expect(loadReportAsText(report(size({ assigning: [refused] })), false)).toContain('  3 x it is full');
  });
});

test('the statements of a run are counted on the store as it is', async () => {
  const counted = await countStatements('sqlite');
  expect(counted.map(({ operation }) => operation)).toEqual(
    expect.arrayContaining([expect.stringMatching(/^trigger/), 'sync']),
  );
  for (const { operation, statements } of counted)
    expect({ operation, isCounted: statements > 0 }).toEqual({ operation, isCounted: true });
  const transactions = Object.fromEntries(counted.map((each) => [each.operation, each.transactions]));
  expect(transactions).toMatchObject({ start: 1, outcome: 1, 'watch that brings nothing': 0 });
});
