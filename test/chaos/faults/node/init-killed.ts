import { setTimeout as sleep } from 'node:timers/promises';
import { nodeFault, type Struck } from '../../labs/node/trial';

/** The first process of `init`, in the first moment in which it is there. */
async function killInit({ lab, victim }: Struck): Promise<void> {
  const deadline = performance.now() + 120_000;
  while (performance.now() < deadline) {
    const [pod] = await victim.pods();
    if (pod && lab.node.killIn(pod.metadata.uid, 'launcher', 'init')) return;
    await sleep(20);
  }
  throw new Error('init was never seen');
}

export const fault = nodeFault({
  kind: 'node/init-killed',
  title: 'the container init of a run is killed while it makes the workspace (SIGKILL)',
  userSees: 'The run ends, and says that init was killed; nothing was carried out.',
  why: 'A Pod never starts anew (restartPolicy Never), and a run that began is never given to another Pod.',
  when: async () => undefined,
  strike: killInit,
  victimEnds: { as: 'ConfigError', says: /init/ },
});
