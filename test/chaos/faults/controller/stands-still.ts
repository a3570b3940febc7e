import type { ClusterLab } from '../../labs/cluster/lab';
import { brokenFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'controller/stands-still',
  title: 'the only controller stands still for 14 s, and goes on',
  userSees: 'Runs in progress go on; others begin when it does.',
  why: 'Who was stopped for longer than a Lease writes nothing before it has renewed it, and leads on if nobody took it.',
  run: (lab) =>
    brokenFor(lab, 14, ({ controller }) => {
      controller.pause();
      return () => controller.resume();
    }),
};
