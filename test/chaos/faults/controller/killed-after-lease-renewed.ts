import type { ClusterLab } from '../../labs/cluster/lab';
import { killedAt } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'controller/killed-after-lease-renewed',
  title: 'SIGKILL after the Lease is renewed',
  userSees: 'Runs in progress go on; others begin when a new process leads, 15 s later at most.',
  why: 'A Lease that nobody renews may be taken after 15 s.',
  run: (lab) => killedAt(lab, { verbs: ['update'], resource: 'leases', carriedOut: true }),
};
