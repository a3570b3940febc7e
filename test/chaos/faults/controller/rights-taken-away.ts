import type { ClusterLab } from '../../labs/cluster/lab';
import { takeRightsAway } from '../../labs/cluster/rights';
import { brokenFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'controller/rights-taken-away',
  title: 'the bindings of its roles are deleted, and made again 8 s later',
  userSees:
    'Runs in progress go on; others begin when the rights are back. The log of the controller says what it may not do.',
  why: 'What was refused is tried again after growing pauses.',
  run: (lab) => brokenFor(lab, 8, ({ objects }) => takeRightsAway(objects.namespace)),
};
