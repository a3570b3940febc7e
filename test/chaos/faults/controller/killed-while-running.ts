import type { ClusterLab } from '../../labs/cluster/lab';
import { goOn, load } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'controller/killed-while-running',
  title: 'SIGKILL when a Pod of a run has just begun to run',
  userSees: 'Runs in progress go on; others begin when a new process leads, 15 s later at most.',
  why: 'The run goes on without the controller, which finds it again by its Pod.',
  run: (lab) =>
    lab.trial(async (scene) => {
      await load(scene);
      const reached = scene.reaches('running');
      await goOn(scene);
      await reached;
      await scene.controller.killAndRestart();
    }),
};
