import type { ClusterLab } from '../../labs/cluster/lab';
import { refuse } from '../../labs/cluster/proxy';
import { answeredFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'api-server/server-errors',
  title: 'the API server answers every request with 500, for 8 s',
  userSees: 'Runs in progress go on; those that are triggered meanwhile begin when it is over.',
  why: 'Requests that may be repeated are, after growing pauses; passes begin anew from what is observed.',
  run: (lab) =>
    answeredFor(lab, 8, (exchange) => {
      refuse(exchange, 500, 'InternalError');
      return true;
    }),
};
