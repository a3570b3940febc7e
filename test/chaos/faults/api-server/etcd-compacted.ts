import type { ClusterLab } from '../../labs/cluster/lab';
import { networkBrokenFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'api-server/etcd-compacted',
  title: 'etcd forgets its history while every watch is cut, again and again for 8 s',
  userSees: 'Runs in progress go on; those that are triggered meanwhile begin when it is over.',
  why: 'A watch that cannot go on where it was is answered with 410, and everything is listed again.',
  run: (lab) =>
    networkBrokenFor(lab, 8, async () => {
      const cut = async () => {
        await lab.processes.compact();
        lab.proxy.resetOpen();
      };
      await cut();
      const again = setInterval(() => void cut().catch(() => undefined), 1_000);
      return () => clearInterval(again);
    }),
};
