import type { ClusterLab } from '../../labs/cluster/lab';
import { refuse } from '../../labs/cluster/proxy';
import { answeredFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'api-server/unavailable',
  title: 'the API server answers every request with 503, for 8 s',
  userSees: 'Runs in progress go on; those that are triggered meanwhile begin when it is over.',
  why: 'Requests that may be repeated are, after growing pauses; a create is only where it cannot have been carried out.',
  run: (lab) =>
    answeredFor(lab, 8, (exchange) => {
      refuse(exchange, 503, 'ServiceUnavailable');
      return true;
    }),
};
