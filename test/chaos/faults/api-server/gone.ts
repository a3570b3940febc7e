import type { ClusterLab } from '../../labs/cluster/lab';
import { watchesFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'api-server/gone',
  title: 'every watch is told 410 Gone, twice a second, for 8 s',
  userSees: 'Nothing but a pause of a second or so before a run begins.',
  why: 'After a 410 everything is listed again, and what had been missed is put right.',
  run: (lab) => watchesFor(lab, 8, () => lab.proxy.expireWatches()),
};
