import type { ClusterLab } from '../../labs/cluster/lab';
import { answeredFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'api-server/reset',
  title: 'every connection to the API server is reset, for 8 s',
  userSees: 'Runs in progress go on; those that are triggered meanwhile begin when it is over.',
  why: 'Watches and requests are begun anew; what may have been carried out is looked at before it is done again.',
  run: (lab) =>
    answeredFor(lab, 8, ({ response }) => {
      response.socket?.resetAndDestroy();
      return true;
    }),
};
