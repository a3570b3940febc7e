import type { ClusterLab } from '../../labs/cluster/lab';
import { killedAt } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'controller/killed-before-idle-written',
  title: 'SIGKILL before a Worker is shown as idle',
  userSees: 'Runs in progress go on; others begin when a new process leads, 15 s later at most.',
  why: 'What a Worker shows is worked out anew from what is there.',
  run: (lab) =>
    killedAt(lab, { verbs: ['patch'], resource: 'workers/status', body: /"state":"IDLE"/, carriedOut: false }),
};
