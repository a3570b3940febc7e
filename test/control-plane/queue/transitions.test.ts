import { describe, expect, test } from '@jest/globals';
import { isTerminal, next, TRANSITIONS } from '../../../src/control-plane/queue/transitions';
import type { RunState } from '../../../src/control-plane/store/records';
import type { RunEvent } from '../../../src/control-plane/queue/transitions';

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
    expect(next('PERFORMING', 'withdraw')).toBeUndefined();
    expect(next('APPLYING', 'withdraw')).toBeUndefined();
  });

  test.each<[string, readonly RunEvent[], readonly RunState[]]>([
    [
      'a run that plans and applies, to create or to destroy',
      ['assign', 'start', 'planned', 'confirm', 'assign', 'start', 'succeed'],
      ['PREPARING', 'PLANNING', 'UNCONFIRMED', 'CONFIRMED', 'PREPARING_APPLY', 'APPLYING', 'FINISHED'],
    ],
    ['a run that only plans', ['assign', 'start', 'succeed'], ['PREPARING', 'PLANNING', 'FINISHED']],
    ['a task', ['assign', 'start-task', 'succeed'], ['PREPARING', 'PERFORMING', 'FINISHED']],
  ])('%s goes its way', (_, events, expected) => {
    const seen: RunState[] = [];
    for (const event of events) seen.push(next(seen.at(-1) ?? 'QUEUED', event)!);
    expect(seen).toEqual(expected);
  });

  test('a task is confirmed by nobody, and applies no plan', () => {
    expect(Object.keys(TRANSITIONS.PERFORMING).sort()).toEqual(['fail', 'stop', 'succeed']);
  });

  test('everything that is not over can be stopped', () => {
    for (const state of states) expect(next(state, 'stop') !== undefined).toBe(!isTerminal(state));
  });
});
