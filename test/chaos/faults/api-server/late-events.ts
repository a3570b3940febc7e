import type { ClusterLab } from '../../labs/cluster/lab';
import { networkBrokenFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'api-server/late-events',
  title: 'watches bring nothing for 8 s, and then all of it: who watches knows only the past',
  userSees: 'Runs in progress go on; those that are triggered meanwhile begin when it is over.',
  why: 'A cache is not trusted for what destroys: a live read or the version of the object comes first.',
  run: (lab) => networkBrokenFor(lab, 8, () => lab.proxy.holdWatches()),
};
