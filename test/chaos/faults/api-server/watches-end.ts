import type { ClusterLab } from '../../labs/cluster/lab';
import { watchesFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'api-server/watches-end',
  title: 'the API server ends every watch twice a second, for 8 s',
  userSees: 'Nothing but a pause of a second or so before a run begins.',
  why: 'A watch is begun anew from the last version that was seen; after three that brought nothing everything is listed.',
  run: (lab) => watchesFor(lab, 8, () => lab.proxy.endWatches()),
};
