import { nodeFault } from '../../labs/node/trial';

export const fault = nodeFault({
  kind: 'node/controller-killed',
  title: 'the controller is killed (SIGKILL), and its Pod starts it again',
  userSees: 'Nothing: the runs go on.',
  why: 'All state is in the cluster and at the control plane; a controller begins with a look at both.',
  strike: async ({ lab }) => lab.installation.killController(),
});
