import { afterAll, expect, it } from '@jest/globals';
import { reliabilityPage } from '../../../src/cli/generate/reliability-docs';
import type { Fault } from '../../chaos/fault';
import type { Registry } from '../../chaos/registry';
import { readResults, recordResults, type Recorded } from '../../chaos/results';
import { removeFolder, temporaryFolder } from '../../support/folder';

const folder = temporaryFolder();
afterAll(() => removeFolder(folder));

const fault = (kind: string): Fault => ({
  kind,
  title: `${kind} breaks`,
  userSees: 'Runs wait.',
  why: 'They are told again.',
  run: () => Promise.reject(new Error('not here')),
});

const registry: Registry = {
  areas: new Map([['a', { title: 'The A', lead: 'A lab of A.', open: () => Promise.reject(new Error('not here')) }]]),
  faults: ['a/one', 'a/two'].map((kind) => ({ area: 'a', fault: fault(kind) })),
};

const recorded: Recorded = {
  date: '2026-11-27',
  command: 'npm run chaos -- --record a',
  machine: '2 cores',
  ...{ asked: 9, finished: 9, lost: 0, doubled: 0, killed: 0, recoveredInMs: 1234, endedAs: { NodeLost: 2 } },
};

it('a fault is shown with its sentences and what is recorded of it, another as not recorded', () => {
  const page = reliabilityPage(registry, { 'a/one': recorded });
  expect(page).toContain('**2 kinds of faults, 1 of them recorded: 9 runs asked for, 9 finished, 0 lost');
  expect(page).toContain('Recorded on 2 cores, by `npm run chaos -- --record a`.');
  expect(page).toContain(
    '| `a/one` | a/one breaks | Runs wait. | They are told again. | 9 asked, 9 finished, 2 as `NodeLost` | 0, 0, 0 | 1.2 s | 2026-11-27 |',
  );
  expect(page).toContain(
    '| `a/two` | a/two breaks | Runs wait. | They are told again. | not recorded | not recorded | not recorded | not recorded |',
  );
});

it('what broke is shown as broken', () => {
  const page = reliabilityPage(registry, { 'a/one': { ...recorded, finished: 8, lost: 1, amiss: ['a Pod is left'] } });
  expect(page).toContain('| **BROKEN**: 1 lost; a Pod is left |');
});

it('a result of a fault that is no more fails the generation', () => {
  expect(() => reliabilityPage(registry, { 'a/three': recorded })).toThrow(
    'test/chaos/results has what is no fault of test/chaos/faults: a/three',
  );
});

it('results are kept by area, and what is recorded later takes the place of its kind alone', () => {
  recordResults({ 'a/two': recorded, 'b/one': recorded }, folder);
  recordResults({ 'a/one': recorded, 'a/two': { ...recorded, asked: 10, finished: 10 } }, folder);
  const results = readResults(folder);
  expect(Object.keys(results).sort()).toEqual(['a/one', 'a/two', 'b/one']);
  expect(results['a/two']?.asked).toBe(10);
});
