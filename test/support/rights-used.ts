import { lacksRight, rightOf, type AuditEvent } from './audit-log';

/** Rights that are used without a request of the controller for them, and by what. */
export const ASKED_ABOUT = {
  'update workers.spacelift.io/workerpools/finalizers': 'the admission of owner references asks whether it may',
  'update workers.spacelift.io/workers/finalizers': 'the admission of owner references asks whether it may',
};

/**
 * Rights that are used after a fault, or when time has passed, so that these tests may see that or not; for what, and where
 * it is shown.
 */
export const SHOWN_ELSEWHERE = {
  'get workers.spacelift.io/workers':
    'a Worker that was changed while its finalizer was taken off: test/controller/worker',
  'patch /events': 'an event that repeats: test/controller/runtime/event-recorder.test.ts',
  'get policy/poddisruptionbudgets': "a budget of that name that is somebody else's: test/controller/disruption",
  'delete policy/poddisruptionbudgets': 'a budget, a minute after the last run: test/controller/disruption',
};

/** The start of the controller's user agent. */
const CONTROLLER = 'worker-pools-controller/';
const ACCOUNT = 'system:serviceaccount:';

/** Requests of controllers that work under the roles of a release. */
export const ofControllers = (events: readonly AuditEvent[]): AuditEvent[] =>
  events.filter(({ user, userAgent }) => userAgent?.startsWith(CONTROLLER) && user.username.startsWith(ACCOUNT));

/** What is amiss between the rights that are granted and the requests that were made, a sentence each. */
export function rightsAmiss(granted: readonly string[], requests: readonly AuditEvent[], isWhole: boolean): string[] {
  const missing = unique(requests.filter(lacksRight).map(rightOf));
  const used = new Set(requests.map(rightOf));
  const unused = granted.filter((right) => !used.has(right) && !(right in ASKED_ABOUT) && !(right in SHOWN_ELSEWHERE));
  const gone = Object.keys(SHOWN_ELSEWHERE).filter((right) => !granted.includes(right));
  const needless = Object.keys(ASKED_ABOUT).filter((right) => !granted.includes(right) || used.has(right));
  return [
    ...missing.map((right) => `the controller was refused "${right}", which no role of the chart grants`),
    ...(isWhole ? unused.map((right) => `the roles grant "${right}", which no test saw the controller use`) : []),
    ...needless.map((right) => `"${right}" is no exception any more: take it from ASKED_ABOUT`),
    ...gone.map((right) => `"${right}" is granted no more: take it from SHOWN_ELSEWHERE`),
  ];
}

const unique = (texts: readonly string[]): string[] => [...new Set(texts)].sort();
