import type { Fixture } from '../fixtures/fixture';

const GATE = 'example.com/queue';

export const STRANGERS: readonly Fixture[] = [
  {
    name: 'a finalizer of somebody else keeps the Pod, and neither the run nor the Worker',
    webhook: () => [{ op: 'add', path: '/metadata/finalizers', value: ['example.com/audit'] }],
    outcome: 'Succeeded',
    afterwards: async (scene) => {
      const [first] = await scene.pods();
      await scene.takesTheNextRun();
      const kept = await scene.kubectl(
        'get',
        'pod',
        first?.metadata.name ?? '',
        '-o',
        'jsonpath={.metadata.finalizers}',
      );
      if (!kept.includes('example.com/audit')) throw new Error(`the finalizer is gone: ${kept}`);
      for (const name of (await scene.kubectl('get', 'pods', '-o', 'name')).trim().split('\n'))
        await scene.kubectl('patch', name, '--type=merge', '-p', '{"metadata":{"finalizers":null}}');
    },
  },
  {
    name: 'a scheduling gate of a queueing system is named, and the run starts when it is taken away',
    webhook: () => [{ op: 'add', path: '/spec/schedulingGates', value: [{ name: GATE }] }],
    happens: async (scene) => {
      await scene.waitsFor('SchedulingGated', `The Pod waits for its scheduling gate "${GATE}"`);
      const patch = JSON.stringify([{ op: 'remove', path: '/spec/schedulingGates' }]);
      await scene.kubectl('patch', 'pod', (await scene.pod()).metadata.name, '--type=json', '-p', patch);
    },
    outcome: 'Succeeded',
  },
  {
    name: 'a readiness gate that nobody opens is no matter to the run',
    webhook: () => [{ op: 'add', path: '/spec/readinessGates', value: [{ conditionType: 'example.com/in-service' }] }],
    outcome: 'Succeeded',
  },
];
