import type { ClusterLab } from '../../labs/cluster/lab';
import { refuse } from '../../labs/cluster/proxy';
import { answeredFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'api-server/unauthorized',
  title: 'the API server does not know the token of the controller, for 8 s',
  userSees:
    'Runs in progress go on; those that are triggered meanwhile begin when it is over. The log of the controller says that it was refused.',
  why: 'Credentials are read again at a 401, and passes are repeated after growing pauses.',
  run: (lab) =>
    answeredFor(lab, 8, (exchange) => {
      refuse(exchange, 401, 'Unauthorized');
      return true;
    }),
};
