import { nodeFault } from '../../labs/node/trial';

export const fault = nodeFault({
  kind: 'node/control-plane-killed',
  title: 'the control plane is killed (SIGKILL), and its Pod starts it again',
  userSees: 'The log stands still for some seconds and has every line afterwards.',
  why: 'The relay keeps what was not acknowledged; the database is committed before anything is acknowledged.',
  strike: async ({ lab }) => lab.parts.killControlPlane(),
});
