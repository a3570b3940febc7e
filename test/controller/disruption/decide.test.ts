import { describe, expect, it } from '@jest/globals';
import { runBudget } from '../../../src/controller/disruption/budget';
import { decide, LINGER_MS, type NamespaceSnapshot } from '../../../src/controller/disruption/decide';

const budget = runBudget('team');
const now = 1_000_000;

describe('a namespace', () => {
  it.each<[string, Partial<NamespaceSnapshot>, string[], number | undefined]>([
    ['gets a budget with its first run', { busy: true, budget: undefined }, ['createBudget'], undefined],
    ['keeps its budget while it has runs', { busy: true }, [], undefined],
    [
      'keeps a budget that a person made smaller, to let a node go',
      { busy: true, budget: { ...budget, spec: { ...budget.spec, minAvailable: 0 } } },
      [],
      undefined,
    ],
    ['keeps it for a minute after its last run', {}, [], 60_000],
    ['keeps it until the minute is over', { idleSince: now - LINGER_MS + 1 }, [], 1],
    ['has none after that', { idleSince: now - LINGER_MS }, ['deleteBudget'], undefined],
    ['needs none without runs', { budget: undefined }, [], undefined],
  ])('%s', (_, facts, types, requeueAfterMs) => {
    const decision = decide({ now, busy: false, idleSince: undefined, budget, ...facts });
    expect(decision.actions.map(({ type }) => type)).toEqual(types);
    expect(decision.requeueAfterMs).toBe(requeueAfterMs);
  });

  it.each<[string, Partial<NamespaceSnapshot>, number | undefined]>([
    ['from the first pass without a run', {}, now],
    ['from then on', { idleSince: now - 1_000 }, now - 1_000],
    ['anew after the next run', { busy: true, idleSince: now - 1_000 }, undefined],
  ])('counts the minute %s', (_, facts, since) => {
    expect(decide({ now, busy: false, idleSince: undefined, budget, ...facts }).idleSince).toBe(since);
  });
});
