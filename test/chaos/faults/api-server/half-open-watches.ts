import type { ClusterLab } from '../../labs/cluster/lab';
import { networkBrokenFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'api-server/half-open-watches',
  title: 'open watches go silent for good, while requests are answered',
  userSees: 'Runs in progress go on; runs that wait begin after a minute and a half.',
  why: 'A watch that brings nothing for 90 s, not even a bookmark, is begun anew.',
  long: true,
  run: (lab) =>
    networkBrokenFor(lab, 2, () => {
      lab.proxy.silenceOpen();
      return () => undefined;
    }),
};
