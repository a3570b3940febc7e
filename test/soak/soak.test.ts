import { describe, expect, it } from '@jest/globals';
import { metric } from './audit';
import { Dice } from './options';
import { soakAsText } from './report';
import { amissIn, type SoakReport } from './soak';

const sample = { at: 0, pid: 1, files: 40, sockets: 10, bytes: 80 * 2 ** 20 };
const good: SoakReport = {
  minutes: 10,
  seed: 7,
  accounts: { asked: { tracked: 3 }, ended: { Succeeded: 2, Evicted: 1 }, lost: [], doubled: [], killed: [] },
  broken: { 'kubelet killed': 2 },
  audits: { made: 3, compared: 3, differences: [] },
  ghosts: [],
  processes: [{ name: 'controller', first: sample, last: sample, bytesPerHour: 0, starts: 1 }],
  disk: { bytes: 2 ** 20, bytesPerHour: 2 ** 20 },
  amiss: [],
};

describe('a soak', () => {
  it('finds nothing amiss where all held', () => {
    expect(amissIn(good)).toEqual([]);
    const text = soakAsText(good);
    expect(text).toMatch(/^finished +3$/m);
    expect(text).toMatch(/^controller +1 +10 > 10 +40 > 40 +80\.0 MiB > 80\.0 MiB/m);
    expect(text).toContain('All invariants held.');
  });

  it.each<[string, Partial<SoakReport>]>([
    ['a run was lost', { accounts: { ...good.accounts, lost: ['R'] } }],
    ['a run was doubled', { accounts: { ...good.accounts, doubled: ['R'] } }],
    ['a run was killed', { accounts: { ...good.accounts, killed: ['R'] } }],
    ['a ghost was seen', { ghosts: ['Pod P'] }],
    ['the cache differs', { audits: { ...good.audits, differences: ['Pods in the cache'] } }],
    ['no audit could be made', { audits: { ...good.audits, compared: 0 } }],
    ['no run was asked for', { accounts: { ...good.accounts, ended: {} } }],
    [
      'sockets were left open',
      { processes: good.processes.map((one) => ({ ...one, last: { ...sample, sockets: 21 } })) },
    ],
  ])('says so when %s', (_, change) => {
    expect(amissIn({ ...good, ...change })).toHaveLength(1);
  });

  it('asks and breaks the same for the same seed', () => {
    const throws = (seed: number) =>
      Array.from(
        { length: 50 },
        (
          (dice) => () =>
            dice.between(0, 9)
        )(new Dice(seed)),
      );
    expect(throws(7)).toEqual(throws(7));
    expect(throws(7)).not.toEqual(throws(8));
    expect(new Set(throws(7))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
  });

  it('reads the sum of a metric that has the labels', () => {
    const text = 'items{resource="pods"} 3\nitems{resource="workers"} 4\nitems_total 9\nrepaired 0\n';
    expect(metric(text, 'items', ['resource="pods"'])).toBe(3);
    expect(metric(text, 'items')).toBe(7);
    expect(metric(text, 'repaired')).toBe(0);
  });
});
