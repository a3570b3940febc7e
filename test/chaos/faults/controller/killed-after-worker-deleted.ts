import type { ClusterLab } from '../../labs/cluster/lab';
import { killedWhileScaling } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'controller/killed-after-worker-deleted',
  title: 'SIGKILL while a pool shrinks, after a Worker was deleted',
  userSees: 'Runs in progress go on; others begin when a new process leads, 15 s later at most.',
  why: 'Its finalizer keeps it until the control plane has let it go, whoever asks.',
  run: (lab) => killedWhileScaling(lab, 3, { verbs: ['delete'], resource: 'workers', carriedOut: true }),
};
