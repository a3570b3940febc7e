import type { RunConfig, RunType } from '../store/records';

interface RunTypeFacts {
  /** For people: what it does. */
  readonly kind: string;
  /** Goes on with "of STACK". */
  readonly title: string;
  /** It changes something, so that of its stack it goes in turn with others that do. */
  readonly takesTurns: boolean;
  /** It plans first, and what it applies is the plan. */
  readonly appliesPlan: boolean;
}

/** What sets the types of runs apart. */
export const RUN_TYPES: Readonly<Record<RunType, RunTypeFacts>> = {
  TRACKED: { kind: 'tracked: plans and applies', title: 'Tracked run', takesTurns: true, appliesPlan: true },
  PROPOSED: { kind: 'proposed: plans only', title: 'Proposed run', takesTurns: false, appliesPlan: false },
  DESTROY: {
    kind: 'destroy: plans and deletes all that the stack has made',
    title: 'Destroy run',
    takesTurns: true,
    appliesPlan: true,
  },
  TASK: { kind: 'task: carries out a command', title: 'Task', takesTurns: true, appliesPlan: false },
};

export const takesTurns = (type: RunType): boolean => RUN_TYPES[type].takesTurns;

export const appliesPlan = (type: RunType): boolean => RUN_TYPES[type].appliesPlan;

/** Where nothing was said of a run alone. */
export const AS_THE_STACK: RunConfig = {
  command: null,
  skipInitialization: false,
  commitSha: null,
  commitMessage: null,
  projectRoot: null,
  runnerImage: null,
  environmentNames: [],
  driftDetection: false,
};
