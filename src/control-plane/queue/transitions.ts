import type { RunState } from '../store/records';

/** What can happen to a run. */
export type RunEvent =
  /** A worker got it. */
  | 'assign'
  /** Its Pod asked to start: the point of no return of the attempt. */
  | 'start'
  /** The assignment was taken back before anything started. */
  | 'withdraw'
  /** Planned, and a person has to say yes. */
  | 'planned'
  /** Planned, and it goes on by itself. */
  | 'planned-and-approved'
  | 'confirm'
  | 'discard'
  | 'succeed'
  | 'fail'
  /** It ended because somebody stopped it. */
  | 'stop';

/** The whole life of a run. What is not in the table is refused. */
export const TRANSITIONS: Readonly<Record<RunState, Partial<Record<RunEvent, RunState>>>> = {
  QUEUED: { assign: 'PREPARING', stop: 'CANCELED' },
  PREPARING: { start: 'PLANNING', withdraw: 'QUEUED', fail: 'FAILED', stop: 'CANCELED' },
  PLANNING: {
    planned: 'UNCONFIRMED',
    'planned-and-approved': 'CONFIRMED',
    succeed: 'FINISHED',
    fail: 'FAILED',
    stop: 'STOPPED',
  },
  UNCONFIRMED: { confirm: 'CONFIRMED', discard: 'DISCARDED', stop: 'DISCARDED' },
  CONFIRMED: { assign: 'PREPARING_APPLY', stop: 'STOPPED' },
  PREPARING_APPLY: { start: 'APPLYING', withdraw: 'CONFIRMED', fail: 'FAILED', stop: 'STOPPED' },
  APPLYING: { succeed: 'FINISHED', fail: 'FAILED', stop: 'STOPPED' },
  FINISHED: {},
  FAILED: {},
  STOPPED: {},
  CANCELED: {},
  DISCARDED: {},
};

export function next(state: RunState, event: RunEvent): RunState | undefined {
  return TRANSITIONS[state][event];
}

export function isTerminal(state: RunState): boolean {
  return Object.keys(TRANSITIONS[state]).length === 0;
}
