import type { ClusterLab } from '../../labs/cluster/lab';
import { watchesFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'api-server/half-lines',
  title: 'every watch breaks off within a line of JSON, twice a second, for 8 s',
  userSees: 'Nothing but a pause of a second or so before a run begins.',
  why: 'Half a line is no event; the watch begins anew from the last whole one.',
  run: (lab) => watchesFor(lab, 8, () => lab.proxy.writeHalfLines()),
};
