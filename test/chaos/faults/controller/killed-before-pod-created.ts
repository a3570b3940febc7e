import type { ClusterLab } from '../../labs/cluster/lab';
import { killedAt } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'controller/killed-before-pod-created',
  title: 'SIGKILL when a run is assigned, before its Pod is created',
  userSees: 'Runs in progress go on; others begin when a new process leads, 15 s later at most.',
  why: 'A new process hears of the assignment again, and creates the Pod.',
  run: (lab) => killedAt(lab, { verbs: ['create'], resource: 'pods', carriedOut: false }),
};
