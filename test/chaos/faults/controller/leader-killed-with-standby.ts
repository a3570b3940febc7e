import type { ClusterLab } from '../../labs/cluster/lab';
import { goOn, load } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'controller/leader-killed-with-standby',
  title: 'the leader of two replicas is killed for good',
  userSees: 'Runs in progress go on; others begin when a new process leads, 15 s later at most.',
  why: 'A Lease that nobody renews may be taken after 15 s; the standby has its caches filled by then.',
  run: (lab) =>
    lab.trial(
      async (scene) => {
        const leader = await scene.leader();
        await load(scene);
        await leader.kill();
        await goOn(scene);
      },
      { replicas: 2 },
    ),
};
