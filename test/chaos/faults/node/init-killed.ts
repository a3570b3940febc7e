import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../../../src/cli/demo/kubernetes';
import { nodeFault, type Struck } from '../../labs/node/trial';

/** In the first moment in which it is there: it is there for a second or two. */
async function killInit({ lab, victim }: Struck): Promise<void> {
  const pod = await until(
    async () => (await victim.pods())[0],
    () => 'the run has no Pod',
  );
  const deadline = performance.now() + 60_000;
  while (!lab.node.killIn(pod.metadata.uid, 'launcher', 'init')) {
    if (performance.now() > deadline) throw new Error('init was never seen');
    await sleep(10);
  }
}

export const fault = nodeFault({
  kind: 'node/init-killed',
  title: 'the container init of a run is killed while it makes the workspace (SIGKILL)',
  userSees:
    'The run ends as OutOfMemory, which says that init was killed with exit code 137, most likely for want of memory; nothing was carried out.',
  why: 'A Pod never starts anew (restartPolicy Never), and a run that began is never given to another Pod.',
  when: () => undefined,
  strike: killInit,
  victimEnds: { as: 'OutOfMemory', says: /Container init was killed \(exit code 137\)/ },
});
