import { describe, expect, it } from '@jest/globals';
import { silent } from '../../src/local-cluster/progress';
import { brokenIn, type Area, type Fault, type Lab, type Verdict } from './fault';
import type { Registry } from './registry';
import { reportAsText } from './report';
import { runFaults } from './run';

const WELL: Verdict = { asked: 4, finished: 4, lost: 0, doubled: 0, killed: 0, recoveredInMs: 1500 };

/** An area whose labs write down what becomes of them, and faults that go so. */
function registryOf(runs: Readonly<Record<string, Fault['run']>>, said: string[] = []): Registry {
  let opened = 0;
  const area: Area = {
    title: 'Area',
    lead: 'A lab.',
    open: () => {
      const number = ++opened;
      said.push(`open ${number}`);
      return Promise.resolve({ close: () => Promise.resolve(void said.push(`close ${number}`)) });
    },
  };
  const faults = Object.entries(runs).map(([kind, run]) => ({
    area: kind.split('/')[0] ?? '',
    fault: { kind, title: 'It breaks', userSees: 'Nothing.', why: 'It mends itself.', withinSeconds: 0.05, run },
  }));
  return { areas: new Map(faults.map((one) => [one.area, area])), faults };
}

const outcomesOf = (registry: Registry, signal = new AbortController().signal) =>
  runFaults(registry, registry.faults, silent, signal);

const well = () => Promise.resolve(WELL);

describe('a verdict', () => {
  it.each([
    ['holds when each run that was asked for ended', {}, []],
    ['holds when runs ended as documented', { endedAs: { NodeLost: 2 } }, []],
    ['is broken by a run that was lost', { finished: 3, lost: 1 }, ['1 lost']],
    ['is broken by runs that were doubled', { doubled: 2 }, ['2 doubled']],
    ['is broken by a run that was killed', { killed: 1 }, ['1 killed']],
    ['is broken by one that nobody accounts for', { finished: 3 }, ['4 asked, but 3 finished and 0 lost']],
    ['is broken when nothing was asked for', { asked: 0, finished: 0 }, ['no run was asked for: nothing was shown']],
    ['is broken by what else was amiss', { amiss: ['a Pod is left'] }, ['a Pod is left']],
  ])('%s', (_, changed, broken) => {
    expect(brokenIn({ ...WELL, ...changed })).toEqual(broken);
  });
});

describe('the faults of an area', () => {
  it('are tried in one lab, each area in its own', async () => {
    const said: string[] = [];
    const note = (what: string) => () => Promise.resolve(void said.push(what)).then(well);
    await outcomesOf(registryOf({ 'a/one': note('one'), 'a/two': note('two'), 'b/three': note('three') }, said));
    expect(said).toEqual(['open 1', 'one', 'two', 'close 1', 'open 2', 'three', 'close 2']);
  });

  it('get a new lab after one that failed or hung, which counts as broken', async () => {
    const said: string[] = [];
    const fails = () => Promise.reject(new Error('no etcd'));
    const hangs = () => new Promise<never>(() => undefined);
    const outcomes = await outcomesOf(registryOf({ 'a/fails': fails, 'a/hangs': hangs, 'a/well': well }, said));
    expect(outcomes.map(({ broken }) => broken)).toEqual([
      ['could not be carried out: no etcd'],
      ['could not be carried out: it took longer than 0.05 s'],
      [],
    ]);
    expect(said).toEqual(['open 1', 'close 1', 'open 2', 'close 2', 'open 3', 'close 3']);
  });

  it('end, and their lab with them, when somebody ends the whole', async () => {
    const said: string[] = [];
    const stopping = new AbortController();
    const stops = () => (stopping.abort(), new Promise<never>(() => undefined));
    const outcomes = await outcomesOf(registryOf({ 'a/stops': stops, 'a/never': well }, said), stopping.signal);
    expect(outcomes).toMatchObject([{ kind: 'a/stops', broken: ['could not be carried out: somebody ended it'] }]);
    expect(said).toEqual(['open 1', 'close 1']);
  });
});

it('the table shows each fault, what broke below it, and the sum', async () => {
  const kills = () => Promise.resolve({ ...WELL, killed: 1 });
  const fails = (_: Lab) => Promise.reject(new Error('no etcd'));
  const outcomes = await outcomesOf(registryOf({ 'a/well': well, 'a/kills': kills, 'a/fails': fails }));
  const timeless = outcomes.map((outcome) => ({ ...outcome, seconds: 2 }));
  expect(reportAsText(timeless)).toBe(`        fault    asked  finished  lost  doubled  killed  recovered  took
holds   a/well   4      4         0     0        0       1.5 s      2.0 s
BROKEN  a/kills  4      4         0     0        1       1.5 s      2.0 s
BROKEN  a/fails  -      -         -     -        -       -          2.0 s

a/kills: 1 killed
a/fails: could not be carried out: no etcd
3 kinds of faults, 2 of them BROKEN: 8 runs asked for, 8 finished, 0 lost, 0 doubled, 1 killed
`);
});
