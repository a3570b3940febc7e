import type { ClusterLab } from '../../labs/cluster/lab';
import { killedAt } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'controller/killed-after-pod-created',
  title: 'SIGKILL when the Pod of a run was created, before the answer is heard',
  userSees: 'Runs in progress go on; others begin when a new process leads, 15 s later at most.',
  why: 'The Pod is there by the name of its attempt: it is found, and no second is made.',
  run: (lab) => killedAt(lab, { verbs: ['create'], resource: 'pods', carriedOut: true }),
};
