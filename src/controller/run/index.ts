export { buildRunPod } from './build';
export { applyHistoryLimits, type HistoryDecision } from './history';
export { imageHost, refusedRunnerImageHost, runnerImage } from './images';
export type { RunPodInput } from './input';
export { disruption, isRefusal, outOfMemory, outcomeOf, type FailedOutcome, type PodOutcome } from './outcome';
export * from './pod';
export { initIsCutOff, initRunsSince, startProblem, type Problem } from './problem';
export * as sentences from './sentences';
export type { PoolRef } from './sentences';
