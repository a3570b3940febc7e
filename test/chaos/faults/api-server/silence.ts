import type { ClusterLab } from '../../labs/cluster/lab';
import { networkBrokenFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'api-server/silence',
  title: 'nothing of the API server arrives any more, for 20 s; what was open then stays dead',
  userSees:
    'Runs in progress go on; those that are triggered meanwhile begin when it is over. The controller ends and begins anew.',
  why: 'Who cannot renew the Lease for 10 s stops leading and ends; a new process has new connections.',
  run: (lab) =>
    networkBrokenFor(lab, 20, () => {
      lab.proxy.silenceOpen();
      return lab.proxy.rule(() => true);
    }),
};
