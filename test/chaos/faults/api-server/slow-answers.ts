import type { ClusterLab } from '../../labs/cluster/lab';
import { answeredFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'api-server/slow-answers',
  title: 'every answer of the API server takes 2 s longer, for 15 s',
  userSees: 'Runs in progress go on; others begin some seconds later.',
  why: 'Passes of Workers do not wait for each other, and the Lease has connections of its own.',
  run: (lab) =>
    answeredFor(lab, 15, ({ verb, pass }) => {
      if (verb === 'watch') return false;
      setTimeout(pass, 2_000);
      return true;
    }),
};
