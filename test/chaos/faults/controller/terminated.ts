import type { ClusterLab } from '../../labs/cluster/lab';
import { goOn, load } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'controller/terminated',
  title: 'SIGTERM, as in a roll-out, and a new process at once',
  userSees: 'Runs in progress go on; others begin within seconds.',
  why: 'Who is asked to end gives its Lease back, so that the next need not wait for it.',
  run: (lab) =>
    lab.trial(async (scene) => {
      await load(scene);
      await goOn(scene);
      await scene.controller.stopAndRestart();
    }),
};
