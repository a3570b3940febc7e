import { nodeFault } from '../../labs/node/trial';

export const fault = nodeFault({
  kind: 'node/control-plane-deleted',
  title: 'the Pod of the control plane is deleted, and its StatefulSet makes another',
  userSees: 'The log stands still for some seconds and has every line afterwards.',
  why: 'As when it is killed; the address is that of the Service, the data that of the volume.',
  strike: async ({ lab }) => lab.installation.restartControlPlane(),
});
