import { nodeFault } from '../../labs/node/trial';

export const fault = nodeFault({
  kind: 'node/containerd-away',
  title: 'containerd stands still for 30 seconds (SIGSTOP)',
  userSees: 'The log goes on line by line; a new run waits until its Pod can be made.',
  why: 'As for the kubelet: a run that goes on needs neither of them.',
  seconds: 45,
  strike: async ({ lab, sleep }) => {
    lab.node.signal('containerd', 'SIGSTOP');
    await sleep(30);
    lab.node.signal('containerd', 'SIGCONT');
  },
});
