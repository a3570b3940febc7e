import type { ClusterLab } from '../../labs/cluster/lab';
import { killedWhileScaling } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'controller/killed-before-worker-created',
  title: 'SIGKILL while a pool grows, before a Worker is created',
  userSees: 'Runs in progress go on; others begin when a new process leads, 15 s later at most.',
  why: 'Workers are counted as they are, and made until there are enough.',
  run: (lab) => killedWhileScaling(lab, 7, { verbs: ['create'], resource: 'workers', carriedOut: false }),
};
