import type { ClusterLab } from '../../labs/cluster/lab';
import { goOn, load } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'controller/out-of-memory',
  title: 'it is given too little memory, ends again and again, and is then given more',
  userSees: 'Runs in progress go on; others begin when it has memory enough.',
  why: 'Nothing is kept in memory alone: a new process reads everything again.',
  run: (lab) =>
    lab.trial(async (scene) => {
      await load(scene);
      await scene.controller.restartWith(['--max-old-space-size=14']);
      await goOn(scene);
      await scene.controller.untilSaid('heap limit');
      await scene.until('the controller ends again', () => Promise.resolve(scene.controller.exits > 1));
      await scene.controller.restartWith(undefined);
    }),
};
