import { until } from '../../../../src/cli/demo/kubernetes';
import { nodeFault } from '../../labs/node/trial';

const NOT_READY = 'jsonpath={.status.conditions[?(@.type=="Ready")].status}';

export const fault = nodeFault({
  kind: 'node/not-ready',
  title: 'the node is NotReady for two and a half minutes: its kubelet is silent for longer than the lease of a run',
  userSees:
    'The log goes on line by line, and the run ends well: the control plane hears its relay, and does not believe that the node is lost.',
  why: 'A report that the node is lost counts only where the relay is silent, too, for RUN_LEASE_MS.',
  long: true,
  seconds: 240,
  strike: async ({ lab, sleep }) => {
    lab.node.signal('kubelet', 'SIGSTOP');
    try {
      const isNotReady = async () => (await lab.kubectl('get', 'node', lab.nodeName, '-o', NOT_READY)) === 'Unknown';
      await until(isNotReady, () => 'the node never was NotReady');
      await sleep(150);
    } finally {
      lab.node.signal('kubelet', 'SIGCONT');
    }
  },
});
