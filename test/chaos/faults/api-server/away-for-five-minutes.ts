import type { ClusterLab } from '../../labs/cluster/lab';
import { brokenFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'api-server/away-for-five-minutes',
  title: 'kube-apiserver is away for five minutes',
  userSees: 'Runs in progress go on and end; runs that wait begin when it is back.',
  why: 'Relays tell of their runs themselves, without the API server; the leases of a session hold as long as its controller speaks.',
  long: true,
  withinSeconds: 600,
  run: (lab) =>
    brokenFor(lab, 300, async () => {
      await lab.processes.kill('kube-apiserver');
      return () => lab.processes.start('kube-apiserver');
    }),
};
