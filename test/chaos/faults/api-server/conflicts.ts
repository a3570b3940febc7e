import type { ClusterLab } from '../../labs/cluster/lab';
import { refuse } from '../../labs/cluster/proxy';
import { answeredFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'api-server/conflicts',
  title: 'every write is refused with 409 Conflict, for 8 s',
  userSees: 'Runs in progress go on; those that are triggered meanwhile begin when it is over.',
  why: 'After a conflict the object is read again, and decided on as it is now.',
  run: (lab) =>
    answeredFor(lab, 8, (exchange) => {
      if (['get', 'list', 'watch'].includes(exchange.verb)) return false;
      refuse(exchange, 409, 'Conflict');
      return true;
    }),
};
