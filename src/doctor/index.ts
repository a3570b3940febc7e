/** Looks at a cluster and says what is wrong: each subject gathers facts, and judges them by a pure function. */
export { Cluster, type ClusterOptions } from './cluster';
export { examine, type Report } from './examine';
export { LEVELS, NOT_SEEN, type Finding, type Level } from './finding';
export type { KnownWorkers } from './known-workers';
export type { Scope } from './scene';
export { SUBJECTS } from './subjects';
export { ClusterView } from './view';
