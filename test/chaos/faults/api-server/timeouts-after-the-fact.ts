import type { ClusterLab } from '../../labs/cluster/lab';
import { refuse } from '../../labs/cluster/proxy';
import { unansweredWrites } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'api-server/timeouts-after-the-fact',
  title: 'the API server carries out what is written and says 504, and watches bring nothing, for 8 s',
  userSees: 'Runs in progress go on; those that are triggered meanwhile begin when it is over.',
  why: 'A 504 says nothing of what was done: a Pod that is there already is taken over, one that is gone is gone.',
  run: (lab) => unansweredWrites(lab, (exchange) => refuse(exchange, 504, 'Timeout')),
};
