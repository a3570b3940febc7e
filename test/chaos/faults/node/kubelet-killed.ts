import { nodeFault } from '../../labs/node/trial';

export const fault = nodeFault({
  kind: 'node/kubelet-killed',
  title: 'the kubelet is killed (SIGKILL) and started again',
  userSees: 'Nothing: the runs go on and end as if nothing had happened.',
  why: 'Containers belong to their shims, and the Pod is the lock of a run: the kubelet finds both again.',
  strike: ({ lab }) => lab.node.signal('kubelet', 'SIGKILL'),
});
