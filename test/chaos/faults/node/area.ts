import type { NodeLab } from '../../labs/node/lab';
import type { Area } from '../../fault';

export const area: Area<NodeLab> = {
  title: 'The node',
  lead:
    'On a real node (containerd, kubelet, kube-apiserver, etcd, scheduler and controller manager as processes of one machine), with ' +
    'control plane and operator in Pods, installed as `npm run demo` does, and a pool of four Workers. Each fault strikes while runs ' +
    'are in the midst of a `tofu apply` that takes a while and says a line each second. Each change writes into a ledger on a disk ' +
    'outside of everything that is tried, when it begins and when it is done: a change that began twice is counted as doubled, ' +
    'whatever control plane and controller say. A run that is not the one whose Pod was broken has to succeed, with every line in ' +
    'its log; the one whose Pod was broken has to end with the outcome that is named, and to say why. One more run is asked for as ' +
    'soon as the fault is over, and has to succeed, too.\n\n' +
    'The node is named `chaos`; `WORKER_POOLS_CHAOS_CLUSTER` gives it another name, for two at once on one machine.\n\n' +
    'Not tried here: the clock of the node alone (Linux has one clock for all processes of a machine; steps of it are simulated), want of ' +
    'memory or disk of the whole node (it is the machine of whoever tries it), and a full exchange folder (its limit of 8 GiB would fill ' +
    'that machine).',
  open: async (context) =>
    (await import('../../labs/node/lab')).NodeLab.open(context, process.env.WORKER_POOLS_CHAOS_CLUSTER),
};
