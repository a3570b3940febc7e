import type { ClusterLab } from '../../labs/cluster/lab';
import { webhookThatIsDown } from '../../labs/cluster/webhook';
import { brokenFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'api-server/webhook-of-workers-down',
  title: 'an admission webhook for Workers, failurePolicy Fail, cannot be reached, for 8 s',
  userSees: 'Runs go on and begin; what the Workers show is late.',
  why: 'Statuses are written again once they can be; what a run does hangs on none of them.',
  run: (lab) =>
    brokenFor(lab, 8, (scene) =>
      webhookThatIsDown(scene, {
        apiGroups: ['workers.spacelift.io'],
        resources: ['workers', 'workers/status'],
        operations: ['CREATE', 'UPDATE', 'DELETE'],
      }),
    ),
};
