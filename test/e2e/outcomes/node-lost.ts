import { GO_ON, SAID } from '../fixtures/commands';
import type { Fixture } from '../fixtures/fixture';

/**
 * The two writes by which Kubernetes ends the Pods of a node that does not answer, made by hand: the node of these tests has the
 * cluster and the control plane on it, too. When the controller believes it without them: test/controller/worker/decide-node.test.ts.
 */
export const nodeLost: Fixture = {
  name: 'NodeLost: the cluster takes the Pod away, because its node is lost',
  // Nobody believes it for the two minutes in which the relay might still be heard.
  lasts: true,
  command: GO_ON,
  happens: async (scene) => {
    await scene.says(SAID);
    const { name } = (await scene.pod()).metadata;
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
      lastTransitionTime: new Date().toISOString(),
    };
    const patch = JSON.stringify({ status: { conditions: [condition] } });
    await scene.kubectl('patch', 'pod', name, '--subresource=status', '--type=strategic', '-p', patch);
    await scene.kubectl('delete', 'pod', name, '--wait=false');
  },
  outcome: 'NodeLost',
  // Of the controller, which tells it again and again, or of the control plane, which has waited as long.
  says: [
    /^The node .* was lost during the run: Taint manager: deleting|^the Pod was not heard of for more than 120 seconds and is not in the cluster any more/,
  ],
  logs: [SAID],
};
