import { LABEL, RUN_BUDGET } from '../../../../src/api';
import { until } from '../../../../src/cli/demo/kubernetes';
import { nodeFault } from '../../labs/node/trial';

const REFUSED = /disruption budget/;

export const fault = nodeFault({
  kind: 'node/drained',
  title: 'the node is drained, and Pods are evicted by hand, while the drain protection is on (pdb.enabled)',
  userSees: 'The API server refuses the evictions; `kubectl drain` waits for the runs and ends by itself.',
  why: 'The controller keeps a PodDisruptionBudget wherever runs are carried out.',
  seconds: 60,
  strike: async ({ lab, victim, runs }) => {
    await lab.withBudgets(async () => {
      const allows = 'jsonpath={.status.disruptionsAllowed}';
      const counts = () =>
        lab.kubectl('get', 'poddisruptionbudget', RUN_BUDGET.name, '-o', allows, '--ignore-not-found');
      await until(
        async () => (await counts()) === '0',
        () => 'no budget protects the runs',
      );
      const pod = (await victim.pod()).metadata.name;
      const said = await lab.evict(pod).catch(String);
      if (!REFUSED.test(said)) throw new Error(`the eviction of ${pod} was not refused: ${said}`);
      try {
        const only = ['--pod-selector', LABEL.workerPool, '--delete-emptydir-data', '--timeout=180s'];
        await lab.kubectl('drain', lab.nodeName, ...only);
        const unfinished = (await Promise.all(runs.map((run) => run.run()))).filter(({ finished }) => !finished);
        if (unfinished.length > 0)
          throw new Error(`the drain did not wait for ${unfinished.map(({ id }) => id).join(', ')}`);
      } finally {
        await lab.kubectl('uncordon', lab.nodeName);
      }
    });
  },
});
