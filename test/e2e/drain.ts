import { expect, it } from '@jest/globals';
import { LABEL, RUN_BUDGET } from '../../src/api';
import { createTask } from '../../src/cli/api/operations';
import { until } from '../../src/cli/demo/kubernetes';
import { DEMO } from '../../src/cli/demo/settings';
import { SAID, SAY_SO } from './fixtures/commands';
import type { Installation } from './installation';

const MINUTE = 60_000;
const GO = '/tmp/go';

/** As `kubectl drain` asks, and everybody else who empties nodes. */
function evict(installation: Installation, pod: string): Promise<string> {
  const { namespace } = DEMO.pool;
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace } };
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/eviction`;
  return installation.demo.kubernetes.kubectl(['create', '--raw', path, '-f', '-'], JSON.stringify(eviction));
}

/** The drain protection of docs/operations/limits.md, by the evictions of the API server. */
export function itIsProtectedFromDrains(given: () => Installation): void {
  it(
    'is not evicted by a drain, which waits for it and ends by itself when no run is left',
    async () => {
      const installation = given();
      const { client, kubernetes } = installation.demo;
      await installation.release(
        'upgrade',
        DEMO.operator.chart,
        '--reuse-values',
        '--set',
        'pdb.enabled=true',
        '--wait',
      );
      const command = `${SAY_SO}; until [ -e ${GO} ]; do sleep 1; done`;
      const { id } = await createTask(client, DEMO.stack.name, { command, skipInitialization: true });
      await until(
        async () => (await installation.log(id)).includes(SAID),
        () => 'the run did not begin',
      );
      const pod = (await installation.podsOf(id))[0]?.metadata.name ?? '';
      await until(
        () => kubernetes.get('poddisruptionbudget', RUN_BUDGET.name, DEMO.pool.namespace),
        () => 'no budget was made for the run',
      );
      // The budget counts when the disruption controller has seen it.
      await installation.kubectl(
        'wait',
        'poddisruptionbudget',
        RUN_BUDGET.name,
        '--for=condition=DisruptionAllowed=False',
      );

      await expect(evict(installation, pod)).rejects.toThrow("it would violate the pod's disruption budget");
      const node = await installation.kubectl('get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}');
      const runsAlone = ['--pod-selector', LABEL.workerPool, '--delete-emptydir-data', '--timeout=120s'];
      try {
        const drained = installation.kubectl('drain', node, ...runsAlone);
        drained.catch(() => undefined);
        const cordoned = async () => (await installation.kubectl('get', 'node', node)).includes('SchedulingDisabled');
        await until(cordoned, () => 'the drain did not begin');
        await expect(evict(installation, pod)).rejects.toThrow("it would violate the pod's disruption budget");
        expect(await installation.run(id)).toMatchObject({ finished: false });
        await installation.kubectl('exec', pod, '-c', 'worker', '--', 'touch', GO);
        expect(await installation.runReaches(id)).toMatchObject({ state: 'FINISHED', reason: 'Succeeded' });
        expect(await drained).toContain(`node/${node} drained`);
      } finally {
        await installation.kubectl('uncordon', node);
      }
      await installation.idleWorkers(DEMO.pool.size);
    },
    4 * MINUTE,
  );
}
