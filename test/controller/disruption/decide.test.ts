import { describe, expect, it } from '@jest/globals';
import { runBudget } from '../../../src/controller/disruption/budget';
import { decide, LINGER_MS, type Decision, type NamespaceSnapshot } from '../../../src/controller/disruption/decide';

const budget = runBudget('team');
const now = 1_000_000;

describe('a namespace', () => {
  it.each<[string, Omit<NamespaceSnapshot, 'now'>, Decision]>([
    ['gets a budget with its first run', { busy: true, idleSince: undefined, budget: undefined }, create()],
    ['keeps its budget while it has runs', { busy: true, idleSince: undefined, budget }, {}],
    [
      'keeps a budget that a person made smaller, to let a node go',
      { busy: true, idleSince: undefined, budget: { ...budget, spec: { ...budget.spec, minAvailable: 0 } } },
      {},
    ],
    ['keeps it for a minute after its last run', { busy: false, idleSince: now, budget }, { requeueAfterMs: 60_000 }],
    [
      'keeps it until the minute is over',
      { busy: false, idleSince: now - LINGER_MS + 1, budget },
      { requeueAfterMs: 1 },
    ],
    ['has none after that', { busy: false, idleSince: now - LINGER_MS, budget }, remove()],
    ['needs none without runs', { busy: false, idleSince: undefined, budget: undefined }, {}],
  ])('%s', (_, facts, decision) => {
    expect(decide({ now, ...facts })).toEqual(decision);
  });
});

function create(): Decision {
  return { action: { type: 'create' } };
}

function remove(): Decision {
  return { action: { type: 'delete', budget } };
}
