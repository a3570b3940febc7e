import type { ClusterLab } from '../../labs/cluster/lab';
import { goOn, load } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'controller/two-leaders',
  title: 'the leader stands still (SIGSTOP) until another leads, and goes on (SIGCONT)',
  userSees: 'Runs in progress go on; others begin when a new process leads, 15 s later at most.',
  why: 'Each change asks right before it is sent whether this process still leads; the control plane tells a former leader by its term.',
  run: (lab) =>
    lab.trial(
      async (scene) => {
        const former = await scene.leader();
        const standby = scene.controllers.find((controller) => controller !== former);
        await load(scene);
        former.pause();
        await goOn(scene);
        await standby?.untilSaid('became the leader');
        former.resume();
      },
      { replicas: 2 },
    ),
};
