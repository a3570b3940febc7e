import { describe, expect, test } from '@jest/globals';
import { tally, total } from './audit';
import { sizesOfPools } from './fleet';
import { fleetReportAsText } from './fleet-report';
import { imageEnvironment, nodeFlags, nodeFlagsOf } from './image-program';
import { median, percentile } from './measures';
import { measuresOf, reportAsText, type BenchReport } from './report';

const AGENT = 'worker-pools-controller/';

const line = (verb: string, objectRef: object, userAgent = `${AGENT}1.2.3`): string =>
  JSON.stringify({ verb, userAgent, requestURI: '/x?y=1', objectRef });

describe('what the audit log is counted as', () => {
  test('requests by verb and resource, the most frequent first', () => {
    const log = [
      line('create', { resource: 'pods' }),
      line('patch', { resource: 'workers', subresource: 'status' }),
      line('patch', { resource: 'workers', subresource: 'status' }),
    ].join('\n');
    const counts = tally(`${log}\n`, AGENT);
    expect(counts).toEqual([
      { request: 'patch workers/status', count: 2 },
      { request: 'create pods', count: 1 },
    ]);
    expect(total(counts)).toBe(3);
  });

  test('nothing of other clients', () => {
    expect(tally(line('create', { resource: 'pods' }, 'kubectl/v1'), AGENT)).toEqual([]);
  });

  test('by path where there is no object', () => {
    const event = JSON.stringify({ verb: 'get', userAgent: AGENT, requestURI: '/version?x=1' });
    expect(tally(event, AGENT)).toEqual([{ request: 'get /version', count: 1 }]);
  });
});

describe('what an image says about its process', () => {
  test.each([
    ['ENTRYPOINT ["node", "/app/x.mjs", "x"]', []],
    ['ENTRYPOINT ["node", "--a=1", "--b", "/app/x.mjs", "--c"]', ['--a=1', '--b']],
  ])('%s has these flags of Node', (text, flags) => {
    expect(nodeFlags(`FROM a\n${text}\n`)).toEqual(flags);
  });

  test('one that a script starts has the flags of the script', () => {
    const script = '#!/bin/sh\n# node --not-this\nexec node --a --b=1 /app/x.mjs x "$@"\n';
    expect(nodeFlags('FROM a\nENTRYPOINT ["/x"]\n', script)).toEqual(['--a', '--b=1']);
  });

  test.each(['controller', 'control-plane'])('those of the %s are found', (image) => {
    expect(nodeFlagsOf(image)).toEqual(image === 'controller' ? expect.arrayContaining(['--optimize-for-size']) : []);
  });

  test('a program without an entry point is refused', () => {
    expect(() => nodeFlags('FROM a\n')).toThrow(/no ENTRYPOINT/);
  });

  test('a script without node is refused', () => {
    const refused = () => nodeFlags('ENTRYPOINT ["/x"]', 'exec python\n');
    expect(refused).toThrow('nothing starts node, neither the ENTRYPOINT (/x) nor its script');
  });

  test('every variable of every ENV line', () => {
    expect(imageEnvironment('ENV A=1 B=x=y\nFROM a\nENV C=2 \\\n    D=3\n')).toEqual({
      A: '1',
      B: 'x=y',
      C: '2',
      D: '3',
    });
  });
});

const usage = (residentMiB: number) => ({ residentMiB, peakMiB: residentMiB + 10, cpuSeconds: 1 });

const report = (over: Partial<BenchReport> = {}): BenchReport => ({
  machine: { platform: 'linux x64', cores: 2, cpu: 'a processor', memoryGiB: 24, node: 'v24.0.0' },
  settings: { runs: 100, rounds: 2 },
  registration: { seconds: 2, keys: 50, keySeconds: 5 },
  idle: { seconds: 30, requests: [{ request: 'watch pods', count: 2 }], ...usage(90) },
  rounds: [
    {
      bareSeconds: 1,
      podsSeconds: 2,
      cpuSeconds: 0.5,
      requests: [{ request: 'create pods', count: 100 }],
      usage: usage(100),
    },
    {
      bareSeconds: 3,
      podsSeconds: 4,
      cpuSeconds: 0.5,
      requests: [{ request: 'create pods', count: 100 }],
      usage: usage(130),
    },
  ],
  requestsPerRun: 1,
  ...over,
});

describe('the report', () => {
  test.each([
    [/assigned runs to/, 1.5],
    [/Workers registered/, 0.2],
    [/API requests a run/, 1],
    [/memory after 100 finished runs/, 100],
    [/memory after 200 finished runs/, 130],
    [/idle minute/, 4],
    [/CPU time/, 5],
  ])('has %s', (name, value) => {
    expect(measuresOf(report()).find((measure) => name.test(measure.name))?.value).toBeCloseTo(value);
  });

  test('says that every target is met', () => {
    expect(reportAsText(report())).toContain('Every target is met.');
  });

  test('names the targets that are not met', () => {
    const text = reportAsText(report({ requestsPerRun: 6.5 }));
    expect(text).toMatch(/^API requests a run.*6\.50 +at most 6 +NOT MET/m);
    expect(text).toContain('Not met: API requests a run, over its whole life (6.50, target 6).');
  });

  test('does without CPU time and peak where the system does not tell', () => {
    const plain = { residentMiB: 100, peakMiB: null, cpuSeconds: null };
    const rounds = [{ bareSeconds: 1, podsSeconds: 2, cpuSeconds: null, requests: [], usage: plain }];
    const names = measuresOf(report({ rounds })).map(({ name }) => name);
    expect(names).not.toContain('memory at its peak');
    expect(names).not.toContain('CPU time of the controller a run');
  });
});

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 2, 3], 2.5],
  [[1], 1],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});

test.each([
  [50, 2],
  [75, 3],
  [99, 4],
])('%d percent of 4, 1, 3 and 2 are not above %d', (percent, expected) => {
  expect(percentile([4, 1, 3, 2], percent)).toBe(expected);
});

test.each([
  [10, 4, [4, 4, 2]],
  [8, 4, [4, 4]],
  [3, 4, [3]],
])('%d Workers in pools of %d are %j', (workers, poolSize, sizes) => {
  expect(sizesOfPools(workers, poolSize)).toEqual(sizes);
});

test('the report of a fleet says which controller takes more than it may', () => {
  const memory = (atRestMiB: number) => ({ seconds: 2, atRestMiB, peakMiB: atRestMiB + 10 });
  const settings = { idle: 8, pods: 2, poolSize: 4, seconds: 5 };
  const text = fleetReportAsText({ machine: report().machine, settings, made: memory(120), found: memory(130) });
  expect(text).toContain('8 idle Workers and 2 with a Pod, in pools of 4');
  expect(text).toMatch(/^memory of the controller that made them, at rest +120 MiB +at most 128 +met/m);
  expect(text).toContain('Not met: memory of one that found them at its start, at rest (130 MiB, target 128).');
});
