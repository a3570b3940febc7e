import type { ClusterLab } from '../../labs/cluster/lab';
import { brokenFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'controller/secret-taken-away',
  title: 'the Secret of its pool is deleted, and made again 8 s later',
  userSees: 'Runs in progress go on; the pool says which Secret is missing.',
  why: 'The session of a pool goes on with what was read; Pods that are created meanwhile wait for the Secret at their node.',
  run: (lab) =>
    brokenFor(lab, 8, async ({ objects, pool }) => {
      await objects.deleteSecret();
      return () => objects.createSecret(pool);
    }),
};
