import type { ClusterLab } from '../../labs/cluster/lab';
import { brokenFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'api-server/etcd-killed',
  title: 'etcd is killed, and started again 5 s later',
  userSees: 'Runs in progress go on; those that are triggered meanwhile begin when it is over.',
  why: 'What was refused is repeated; whatever had been acknowledged is there again.',
  run: (lab) =>
    brokenFor(lab, 5, async () => {
      await lab.processes.kill('etcd');
      return async () => {
        await lab.processes.start('etcd');
        await lab.processes.untilReady();
      };
    }),
};
