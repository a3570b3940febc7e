import type { ClusterLab } from '../../labs/cluster/lab';
import { webhookThatIsDown } from '../../labs/cluster/webhook';
import { brokenFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'api-server/webhook-of-pods-down',
  title: 'an admission webhook for Pods, failurePolicy Fail, cannot be reached, for 8 s',
  userSees: 'Runs in progress go on; the log of a run that waits, an event and the Worker say which webhook failed.',
  why: 'A Pod that was refused is tried again after growing pauses, until the start deadline of the run.',
  run: (lab) =>
    brokenFor(lab, 8, (scene) =>
      webhookThatIsDown(scene, {
        apiGroups: [''],
        resources: ['pods'],
        operations: ['CREATE'],
      }),
    ),
};
