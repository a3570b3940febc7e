import { nodeFault } from '../../labs/node/trial';

export const fault = nodeFault({
  kind: 'node/rebooted',
  title: 'the node loses its power and comes back: cluster, control plane, controller and all containers with it',
  userSees:
    'The run ends as ControlPlaneLost, which says that its node does not know how its relay ended, as after a restart; the next one goes through when the node is back.',
  why: 'All that counts is in etcd and in the database of the control plane; the time in which nobody swept counts for no lease.',
  runs: 1,
  strike: async ({ lab }) => lab.parts.reboot(),
  victimEnds: { as: 'ControlPlaneLost', says: /its node does not know how, as after a restart of the node/ },
});
