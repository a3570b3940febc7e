import type { ClusterLab } from '../../labs/cluster/lab';
import { webhookThatIsDown } from '../../labs/cluster/webhook';
import { brokenFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'api-server/webhook-of-everything-down',
  title: 'an admission webhook for all that is written cannot be reached, for 8 s',
  userSees: 'Runs in progress go on; those that are triggered meanwhile begin when it is over.',
  why: 'What was refused is done again after growing pauses; the Lease is given up after 10 s, not before.',
  run: (lab) =>
    brokenFor(lab, 8, (scene) =>
      webhookThatIsDown(scene, {
        apiGroups: ['*'],
        resources: ['*/*'],
        operations: ['CREATE', 'UPDATE', 'DELETE'],
      }),
    ),
};
