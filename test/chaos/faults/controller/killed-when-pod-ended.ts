import type { ClusterLab } from '../../labs/cluster/lab';
import { goOn, load } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'controller/killed-when-pod-ended',
  title: 'SIGKILL when the Pod of a run has just ended',
  userSees: 'Runs in progress go on; others begin when a new process leads, 15 s later at most.',
  why: 'A new process finds an ended Pod of an assignment, and frees the Worker.',
  run: (lab) =>
    lab.trial(async (scene) => {
      await load(scene);
      const reached = scene.reaches('ended');
      await goOn(scene);
      await reached;
      await scene.controller.killAndRestart();
    }),
};
