import { nodeFault } from '../../labs/node/trial';

export const fault = nodeFault({
  kind: 'node/containerd-restarted',
  title: 'containerd is killed (SIGKILL) and started again',
  userSees: 'Nothing: the runs go on; a Pod that is to start waits a few seconds.',
  why: 'Containers belong to their shims, which outlive containerd; nothing of ours speaks to it.',
  strike: ({ lab }) => lab.node.signal('containerd', 'SIGKILL'),
});
