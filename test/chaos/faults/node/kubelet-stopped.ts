import { nodeFault } from '../../labs/node/trial';

export const fault = nodeFault({
  kind: 'node/kubelet-stopped',
  title: 'the kubelet stands still for 30 seconds (SIGSTOP)',
  userSees: 'The log goes on line by line; a new run waits until the kubelet starts its Pod.',
  why: 'The relay speaks to the control plane by itself: the kubelet is asked for nothing while a run goes on.',
  seconds: 45,
  strike: async ({ lab, sleep }) => {
    lab.node.signal('kubelet', 'SIGSTOP');
    await sleep(30);
    lab.node.signal('kubelet', 'SIGCONT');
  },
});
