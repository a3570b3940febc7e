import type { ClusterLab } from '../../labs/cluster/lab';
import { unansweredWrites } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'api-server/answers-lost',
  title: 'the API server carries out what is written, the answers to it are lost, and watches bring nothing, for 8 s',
  userSees: 'Runs in progress go on; those that are triggered meanwhile begin when it is over.',
  why: 'The name of a Pod is the lock of its attempt: one that is there already is taken over, and no second is made.',
  run: (lab) => unansweredWrites(lab, ({ response }) => response.socket?.resetAndDestroy()),
};
