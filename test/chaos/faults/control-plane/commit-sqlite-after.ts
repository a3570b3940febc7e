import type { Fault } from '../../fault';
import { killAtEachCommit } from '../../labs/control-plane/commit-points';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/commit-sqlite-after',
  title:
    'on SQLite it is killed after ten commits of a run: trigger, assign, start, log, workspace, outcome, confirm, lock, state, release',
  userSees: 'Each time pages and commands fail until it is started again; a request that was cut off is made again.',
  why: 'Each request may be made again: the second time finds what the first has done (idempotency keys, sequence numbers, fences, hashes).',
  withinSeconds: 400,
  run: (lab) => killAtEachCommit(lab, 'sqlite', 'after'),
};
