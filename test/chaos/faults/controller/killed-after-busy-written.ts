import type { ClusterLab } from '../../labs/cluster/lab';
import { killedAt } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'controller/killed-after-busy-written',
  title: 'SIGKILL after a Worker is shown as busy',
  userSees: 'Runs in progress go on; others begin when a new process leads, 15 s later at most.',
  why: 'What a Worker shows is worked out anew from what is there.',
  run: (lab) =>
    killedAt(lab, { verbs: ['patch'], resource: 'workers/status', body: /"currentRunID":"/, carriedOut: true }),
};
