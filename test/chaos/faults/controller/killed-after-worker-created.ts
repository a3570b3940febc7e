import type { ClusterLab } from '../../labs/cluster/lab';
import { killedWhileScaling } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'controller/killed-after-worker-created',
  title: 'SIGKILL while a pool grows, after a Worker was created and before it is registered',
  userSees: 'Runs in progress go on; others begin when a new process leads, 15 s later at most.',
  why: 'A Worker that the control plane did not hear of is registered by the next sync.',
  run: (lab) => killedWhileScaling(lab, 7, { verbs: ['create'], resource: 'workers', carriedOut: true }),
};
