import type { ClusterLab } from '../../labs/cluster/lab';
import { brokenFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'api-server/both-killed',
  title: 'etcd and kube-apiserver are killed at once, and started again 5 s later',
  userSees: 'Runs in progress go on; those that are triggered meanwhile begin when it is over.',
  why: 'Everything is listed anew once it answers.',
  run: (lab) =>
    brokenFor(lab, 5, async () => {
      await Promise.all([lab.processes.kill('kube-apiserver'), lab.processes.kill('etcd')]);
      return async () => {
        await lab.processes.start('etcd');
        await lab.processes.start('kube-apiserver');
      };
    }),
};
