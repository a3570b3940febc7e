import type { Fault } from '../../fault';
import { killAtEachCommit } from '../../labs/control-plane/commit-points';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/commit-postgres-before',
  title:
    'on PostgreSQL it is killed before ten commits of a run: trigger, assign, start, log, workspace, outcome, confirm, lock, state, release',
  userSees: 'Each time pages and commands fail until it is started again; a request that was cut off is made again.',
  why: 'What was not committed was not acknowledged either: whoever asked for it asks again.',
  withinSeconds: 400,
  run: (lab) => killAtEachCommit(lab, 'postgres', 'before'),
};
