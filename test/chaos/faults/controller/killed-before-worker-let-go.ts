import type { ClusterLab } from '../../labs/cluster/lab';
import { killedWhileScaling } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'controller/killed-before-worker-let-go',
  title: 'SIGKILL while a pool shrinks, before a retired Worker loses its finalizer',
  userSees: 'Runs in progress go on; others begin when a new process leads, 15 s later at most.',
  why: 'A retired Worker is let go by the next pass of any process.',
  run: (lab) =>
    killedWhileScaling(lab, 3, { verbs: ['patch'], resource: 'workers', body: /"finalizers":/, carriedOut: false }),
};
