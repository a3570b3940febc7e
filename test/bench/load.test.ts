import { describe, expect, test } from '@jest/globals';
import { Ledger } from '../support/load/ledger';
import { latencies, loadMeasures, loadReportAsText, type LoadReport, type Stage } from './control-plane/load-report';

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

test('an assignment takes from the answer to the trigger to the view, and no time when the view was there before', () => {
  const { assignmentMs, fromSendingMs } = latencies([
    { trigger: { sentAt: 0, answeredAt: 10 }, assignments: [{ ...assigned('a'), at: 15 }], started: [] },
    {
      trigger: { sentAt: 0, answeredAt: 10 },
      assignments: [{ ...assigned('b'), transport: 'mqtt', at: 8 }],
      started: [],
    },
    { trigger: { sentAt: 0, answeredAt: 10 }, assignments: [], started: [] },
  ]);
  expect(assignmentMs).toEqual({ poll: [5], mqtt: [0] });
  expect(fromSendingMs).toEqual([15, 8]);
});

const stage = (over: Partial<Stage> = {}): Stage => ({
  pools: 2,
  workers: 20,
  runs: 4,
  seconds: 10,
  assignmentMs: { poll: [1, 2, 3], mqtt: [40] },
  fromSendingMs: [5, 6, 7, 80],
  residentMiB: 100,
  peakMiB: null,
  cpuSeconds: 2,
  clientCpuSeconds: 1,
  loopHeldMs: 12,
  verdict: { lost: 0, doubled: 0, ended: 0, givenAgain: 0 },
  refusals: {},
  ...over,
});

const report = (...stages: Stage[]): LoadReport => ({
  machine: { platform: 'linux x64', cores: 2, cpu: 'a processor', memoryGiB: 24, node: 'v24.0.0' },
  settings: { pools: 1, mqttPools: 1, stacks: 5, rate: 200, seconds: 10 },
  setUpSeconds: 1,
  idle: { seconds: 30, residentMiB: 90, cpuShare: 0.1, clientCpuShare: 0.05, loopHeldMs: 3 },
  stages,
});

describe('the report of the load', () => {
  test.each([
    [/^assignment, p50/, 2],
    [/^assignment, p99/, 40],
    [/long poll, p99/, 3],
    [/MQTT, p99/, 40],
    [/^resident memory$/, 100],
    [/^CPU$/, 20],
    [/^CPU of the clients$/, 10],
  ])('has %s', (name, value) => {
    expect(loadMeasures(report(stage())).find((measure) => name.test(measure.name))?.value).toBeCloseTo(value);
  });

  test('sets what an assignment costs with more workers beside what it costs with few', () => {
    const text = loadReportAsText(report(stage(), stage({ workers: 200, cpuSeconds: 3 })));
    expect(text).toMatch(/^20 +4 +500\.00 ms +1\.00 /m);
    expect(text).toMatch(/^200 +4 +750\.00 ms +1\.50 /m);
  });

  test('says that every target is met, and lists no refusals', () => {
    const text = loadReportAsText(report(stage()));
    expect(text).toContain('Every target is met.');
    expect(text).not.toContain('refused');
  });

  test('names what is not met and what was refused', () => {
    const verdict = { lost: 1, doubled: 0, ended: 0, givenAgain: 0 };
    const text = loadReportAsText(report(stage({ verdict, refusals: { 'it is full': 3 } })));
    expect(text).toContain('Not met: runs lost (1, target 0).');
    expect(text).toContain('  3 x it is full');
  });
});
