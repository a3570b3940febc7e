import { nodeFault } from '../../labs/node/trial';

export const fault = nodeFault({
  kind: 'node/network-cut',
  title: 'the network between cluster and control plane is cut for one minute: packets vanish',
  userSees: 'The log stands still for a minute and has every line afterwards; the run ends well.',
  why: 'The relay keeps the lines and sends them again; a run is not given up before PARTITION_LEASE_MS.',
  seconds: 75,
  strike: async ({ lab, sleep }) => {
    await lab.parts.withoutControlPlane(() => sleep(60));
  },
});
