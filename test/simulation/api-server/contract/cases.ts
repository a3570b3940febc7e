import { DELETIONS } from './deletion';
import type { Lab } from './lab';
import { OWNERS } from './owners';
import { PODS } from './pods';
import { READS } from './reads';
import { STATUSES } from './status';
import { WRITES } from './writes';

/** One thing that the API server does: what a client does, and what it then sees. */
export interface Case {
  readonly title: string;
  readonly run: (lab: Lab) => Promise<unknown>;
  readonly sees: unknown;
}

/** The same cases for the simulated server and the real one. Where they differ, the real one is right. */
export const CONTRACT: Readonly<Record<string, readonly Case[]>> = {
  writes: WRITES,
  statuses: STATUSES,
  deletions: DELETIONS,
  Pods: PODS,
  reads: READS,
  owners: OWNERS,
};
