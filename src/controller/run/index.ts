export { buildRunPod } from './build';
export { applyHistoryLimits } from './history';
export { refusedRunnerImageHost, type RunImages } from './images';
export { disruption, isRefusal, outcomeOf } from './outcome';
export * from './pod';
export { READY_FOR_CONTAINERS, slowStart, startProblem, type Problem } from './problem';
export { podTemplate } from './template';
export * as sentences from './sentences';
export type { PoolRef } from './sentences';
