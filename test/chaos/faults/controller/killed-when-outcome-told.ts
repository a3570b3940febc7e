import type { ClusterLab } from '../../labs/cluster/lab';
import { goOn, load } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'controller/killed-when-outcome-told',
  title: 'SIGKILL when a run has just told its outcome, before its Pod has ended',
  userSees: 'Runs in progress go on; others begin when a new process leads, 15 s later at most.',
  why: 'The relay has told the outcome; a new process sees the Pod end and frees the Worker.',
  run: (lab) =>
    lab.trial(async (scene) => {
      await load(scene);
      const reached = scene.reaches('told');
      await goOn(scene);
      await reached;
      await scene.controller.killAndRestart();
    }),
};
