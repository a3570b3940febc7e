import type { ClusterLab } from '../../labs/cluster/lab';
import { killedAt } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'controller/killed-before-pod-deleted',
  title: 'SIGKILL before the Pod of a run that is over is deleted',
  userSees: 'Runs in progress go on; others begin when a new process leads, 15 s later at most.',
  why: 'The Pod has ended: a new process reports the Worker as free and deletes it.',
  run: (lab) => killedAt(lab, { verbs: ['delete'], resource: 'pods', carriedOut: false }),
};
