import type { ClusterLab } from '../../labs/cluster/lab';
import { killedAt } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'controller/killed-after-pod-deleted',
  title: 'SIGKILL after the Pod of a run that is over was deleted',
  userSees: 'Runs in progress go on; others begin when a new process leads, 15 s later at most.',
  why: 'A Pod that is gone is confirmed by a live read before anything is concluded; the run had told its outcome itself.',
  run: (lab) => killedAt(lab, { verbs: ['delete'], resource: 'pods', carriedOut: true }),
};
