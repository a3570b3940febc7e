import type { Case } from './case';
import { DELETIONS } from './deletion';
import { OWNERS } from './owners';
import { PODS } from './pods';
import { READS } from './reads';
import { STATUSES } from './status';
import { WRITES } from './writes';

/** The same cases for the simulated server and the real one. Where they differ, the real one is right. */
export const CONTRACT: Readonly<Record<string, readonly Case[]>> = {
  writes: WRITES,
  statuses: STATUSES,
  deletions: DELETIONS,
  Pods: PODS,
  reads: READS,
  owners: OWNERS,
};
