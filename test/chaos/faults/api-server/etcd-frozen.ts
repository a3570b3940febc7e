import type { ClusterLab } from '../../labs/cluster/lab';
import { brokenFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'api-server/etcd-frozen',
  title: 'etcd stands still for 14 s, and goes on',
  userSees:
    'Runs in progress go on; those that are triggered meanwhile begin when it is over. The controller ends and begins anew.',
  why: 'Who cannot renew the Lease for 10 s stops leading and ends, and writes nothing after that.',
  run: (lab) =>
    brokenFor(lab, 14, async () => {
      await Promise.resolve(lab.processes.pause('etcd'));
      return () => lab.processes.resume('etcd');
    }),
};
