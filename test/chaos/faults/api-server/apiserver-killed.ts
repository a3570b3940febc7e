import type { ClusterLab } from '../../labs/cluster/lab';
import { brokenFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'api-server/apiserver-killed',
  title: 'kube-apiserver is killed, and started again 5 s later',
  userSees: 'Runs in progress go on; those that are triggered meanwhile begin when it is over.',
  why: 'Everything is listed anew once it answers; an API server that is away is no reason to end anything.',
  run: (lab) =>
    brokenFor(lab, 5, async () => {
      await lab.processes.kill('kube-apiserver');
      return () => lab.processes.start('kube-apiserver');
    }),
};
