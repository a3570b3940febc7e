import { nodeFault } from '../../labs/node/trial';

export const fault = nodeFault({
  kind: 'node/dns-away',
  title: 'the DNS of the cluster is away for 40 seconds',
  userSees: 'Runs that are under way go on; a new Pod waits until it can find the control plane.',
  why: 'Connections that stand need no name; init and relay ask again and again until the start deadline.',
  seconds: 50,
  strike: async ({ lab, sleep }) => {
    await lab.parts.withoutDns(() => sleep(40));
  },
});
