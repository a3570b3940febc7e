import type { ClusterLab } from '../../labs/cluster/lab';
import { kubeOk } from '../../../support/kube';
import { goOn, load } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'controller/lease-taken',
  title: 'somebody who does not exist is written into its Lease',
  userSees: 'Runs in progress go on; others begin 15 s later.',
  why: 'Who finds another in its Lease ends at once; a Lease that nobody renews may be taken after 15 s.',
  run: (lab) =>
    lab.trial(async (scene) => {
      await load(scene);
      await goOn(scene);
      const spec = { holderIdentity: 'nobody', renewTime: `${new Date().toISOString().slice(0, -1)}000Z` };
      await kubeOk('PATCH', scene.leasePath, { spec });
    }),
};
