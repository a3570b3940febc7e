import type { ClusterLab } from '../../labs/cluster/lab';
import { kubeOk } from '../../../support/kube';
import { goOn, load } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'controller/lease-deleted',
  title: 'its Lease is deleted',
  userSees: 'Nothing.',
  why: 'The renewal finds no Lease, and makes it again in the next attempt.',
  run: (lab) =>
    lab.trial(async (scene) => {
      await load(scene);
      await goOn(scene);
      await kubeOk('DELETE', scene.leasePath);
    }),
};
