import { GO_ON, SAID } from '../fixtures/commands';
import type { Fixture } from '../fixtures/fixture';

/** There is one of it on the node, so that nobody else's Pod has to make way. */
const SLOT = { requests: { 'example.com/slot': '1' }, limits: { 'example.com/slot': '1' } };

export const preempted: Fixture = {
  name: 'Preempted: a Pod of higher priority takes its place',
  objects: [
    {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'more-urgent-than-runs' },
      value: 1000,
    },
  ],
  pool: { pod: { workerContainer: { resources: SLOT } } },
  command: GO_ON,
  happens: async (scene) => {
    await scene.node('/status/capacity/example.com~1slot', '1');
    await scene.says(SAID);
    const containers = [{ name: 'urgent', image: await scene.installation.imageWithoutShell(), resources: SLOT }];
    const spec = { priorityClassName: 'more-urgent-than-runs', containers };
    await scene.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'urgent' }, spec });
  },
  outcome: 'Preempted',
  says: ["The run's Pod had to make way for one of higher priority on node "],
  logs: [SAID],
  afterwards: async (scene) => {
    await scene.kubectl('delete', 'pod', 'urgent', '--now', '--wait=false');
  },
};
