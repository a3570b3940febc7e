import type { ClusterLab } from '../../labs/cluster/lab';
import { refuse } from '../../labs/cluster/proxy';
import { answeredFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'api-server/too-many-requests',
  title: 'the API server answers every request with 429 and Retry-After: 1, for 8 s',
  userSees: 'Runs in progress go on; those that are triggered meanwhile begin when it is over.',
  why: 'The client waits as long as Retry-After says, and repeats the request, a create, too, since nothing was done.',
  run: (lab) =>
    answeredFor(lab, 8, (exchange) => {
      refuse(exchange, 429, 'TooManyRequests', { 'retry-after': '1' });
      return true;
    }),
};
