import type { ClusterLab } from '../../labs/cluster/lab';
import { brokenFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'controller/killed-again-and-again',
  title: 'SIGKILL five times within 10 s',
  userSees: 'Runs in progress go on; others begin when a new process leads, 15 s later at most.',
  why: 'A process that never leads changes nothing.',
  run: (lab) =>
    brokenFor(lab, 10, ({ controller }) => {
      void controller.killAndRestart();
      const again = setInterval(() => void controller.killAndRestart(), 2_000);
      return () => clearInterval(again);
    }),
};
