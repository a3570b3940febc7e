import type { ClusterLab } from '../../labs/cluster/lab';
import { killedWhileScaling } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'controller/killed-after-worker-let-go',
  title: 'SIGKILL while a pool shrinks, after a retired Worker lost its finalizer',
  userSees: 'Runs in progress go on; others begin when a new process leads, 15 s later at most.',
  why: 'What is gone is gone; the control plane had let it go before.',
  run: (lab) =>
    killedWhileScaling(lab, 3, { verbs: ['patch'], resource: 'workers', body: /"finalizers":/, carriedOut: true }),
};
