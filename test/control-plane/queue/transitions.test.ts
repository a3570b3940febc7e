import { describe, expect, test } from '@jest/globals';
import { isTerminal, next, TRANSITIONS } from '../../../src/control-plane/queue/transitions';
import type { RunState } from '../../../src/control-plane/store/records';

const states = Object.keys(TRANSITIONS) as RunState[];

describe('the table of transitions', () => {
  test('exactly the five outcomes are terminal', () => {
    expect(states.filter(isTerminal).sort()).toEqual(['CANCELED', 'DISCARDED', 'FAILED', 'FINISHED', 'STOPPED']);
  });

  test('every state is reached from QUEUED, and every state reaches an end (invariant 3)', () => {
    const reach = (from: RunState, seen = new Set<RunState>()): Set<RunState> => {
      if (seen.has(from)) return seen;
      seen.add(from);
      for (const to of Object.values(TRANSITIONS[from])) reach(to, seen);
      return seen;
    };
    expect([...reach('QUEUED')].sort()).toEqual([...states].sort());
    for (const state of states) expect([...reach(state)].some(isTerminal)).toBe(true);
  });

  test('what has started is never given to another worker', () => {
    expect(next('PLANNING', 'withdraw')).toBeUndefined();
    expect(next('APPLYING', 'withdraw')).toBeUndefined();
  });

  test('everything that is not over can be stopped', () => {
    for (const state of states) expect(next(state, 'stop') !== undefined).toBe(!isTerminal(state));
  });
});
