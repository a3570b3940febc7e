import type { RunState } from '../store/records';

/** What can happen to a run. */
export type RunEvent =
  /** A worker got it. */
  | 'assign'
  /** Its Pod asked to start: the point of no return of the attempt. */
  | 'start'
  /** The same of a task. */
  | 'start-task'
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
  | 'stop'
  /** A Pod of the stage goes on whose assignment came after the backup that was restored. */
  | 'find-preparing'
  | 'find-applying';

/** Until it applies itself, a run may turn out to apply already. */
const FOUND = { 'find-applying': 'PREPARING_APPLY' } as const;

/** The whole life of a run. What is not in the table is refused. */
export const TRANSITIONS: Readonly<Record<RunState, Partial<Record<RunEvent, RunState>>>> = {
  QUEUED: { assign: 'PREPARING', stop: 'CANCELED', ...FOUND, 'find-preparing': 'PREPARING' },
  PREPARING: {
    start: 'PLANNING',
    'start-task': 'PERFORMING',
    withdraw: 'QUEUED',
    fail: 'FAILED',
    stop: 'CANCELED',
    ...FOUND,
    'find-preparing': 'PREPARING',
  },
  PLANNING: {
    planned: 'UNCONFIRMED',
    'planned-and-approved': 'CONFIRMED',
    succeed: 'FINISHED',
    fail: 'FAILED',
    stop: 'STOPPED',
    ...FOUND,
  },
  PERFORMING: { succeed: 'FINISHED', fail: 'FAILED', stop: 'STOPPED' },
  UNCONFIRMED: { confirm: 'CONFIRMED', discard: 'DISCARDED', stop: 'DISCARDED', ...FOUND },
  CONFIRMED: { assign: 'PREPARING_APPLY', stop: 'STOPPED', ...FOUND },
  PREPARING_APPLY: { start: 'APPLYING', withdraw: 'CONFIRMED', fail: 'FAILED', stop: 'STOPPED', ...FOUND },
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
