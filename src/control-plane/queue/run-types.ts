import { isGitSource } from '../store/source-names';
import type { RunConfig, RunRecord, RunType, StackKind } from '../store/records';

interface RunTypeFacts {
  /** For people: what it does. */
  readonly kind: string;
  /** Goes on with "of STACK". */
  readonly title: string;
  /** What it can be of. */
  readonly of: StackKind;
  /** It changes something, so that of its stack it goes in turn with others that do. */
  readonly takesTurns: boolean;
  /** It plans first, and what it applies is the plan. */
  readonly appliesPlan: boolean;
  /** The version of the queue that brought it. */
  readonly since: number;
}

/** What sets the types of runs apart. */
export const RUN_TYPES: Readonly<Record<RunType, RunTypeFacts>> = {
  TRACKED: {
    kind: 'tracked: plans and applies',
    title: 'Tracked run',
    of: 'stack',
    takesTurns: true,
    appliesPlan: true,
    since: 0,
  },
  PROPOSED: {
    kind: 'proposed: plans only',
    title: 'Proposed run',
    of: 'stack',
    takesTurns: false,
    appliesPlan: false,
    since: 0,
  },
  DESTROY: {
    kind: 'destroy: plans and deletes all that the stack has made',
    title: 'Destroy run',
    of: 'stack',
    takesTurns: true,
    appliesPlan: true,
    since: 1,
  },
  TASK: {
    kind: 'task: carries out a command',
    title: 'Task',
    of: 'stack',
    takesTurns: true,
    appliesPlan: false,
    since: 1,
  },
  TESTING: {
    kind: 'test: makes what a version of a module makes, and destroys it',
    title: 'Test',
    of: 'module',
    takesTurns: false,
    appliesPlan: false,
    since: 1,
  },
};

/** One that a newer release has brought: what is known of it is that it may change something. */
const NEWER: RunTypeFacts = {
  kind: 'of a newer version',
  title: 'Run',
  of: 'stack',
  takesTurns: true,
  appliesPlan: true,
  since: Infinity,
};

export const factsOf = (type: string): RunTypeFacts =>
  Object.hasOwn(RUN_TYPES, type) ? RUN_TYPES[type as RunType] : NEWER;

export const takesTurns = (type: RunType): boolean => factsOf(type).takesTurns;

export const appliesPlan = (type: RunType): boolean => factsOf(type).appliesPlan;

/** Whether it goes again by itself: a test belongs to its version. */
export const mayBeRetried = ({ type }: Pick<RunRecord, 'type'>): boolean => factsOf(type).of === 'stack';

/**
 * The version of what runs mean. While one replica after another is replaced, old and new ones share a database: each run has
 * the least version that carries it out as it is meant, and older processes leave it to newer ones. It goes up by one with
 * each release in which a run can be what the release before would take for something else: a type, or a field.
 */
export const QUEUE_VERSION = 1;

/** The least version that carries such a run out as it is meant. */
export function queueVersionOf({
  type,
  source,
  ...config
}: Pick<RunRecord, 'type' | 'source' | keyof RunConfig>): number {
  const { projectRoot, runnerImage, environmentNames, driftDetection } = config;
  const isAsTheStack = projectRoot === null && runnerImage === null && environmentNames.length === 0;
  return Math.max(RUN_TYPES[type].since, isAsTheStack && !driftDetection && !isGitSource(source) ? 0 : 1);
}

/** Whether this process carries a run out as it is meant. */
export const isKnown = ({ queueVersion }: Pick<RunRecord, 'queueVersion'>): boolean => queueVersion <= QUEUE_VERSION;

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
  branch: null,
};
