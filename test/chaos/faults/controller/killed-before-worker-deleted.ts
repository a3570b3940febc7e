import type { ClusterLab } from '../../labs/cluster/lab';
import { killedWhileScaling } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'controller/killed-before-worker-deleted',
  title: 'SIGKILL while a pool shrinks, before a Worker is deleted',
  userSees: 'Runs in progress go on; others begin when a new process leads, 15 s later at most.',
  why: 'Workers are counted as they are; a busy one is never chosen.',
  run: (lab) => killedWhileScaling(lab, 3, { verbs: ['delete'], resource: 'workers', carriedOut: false }),
};
