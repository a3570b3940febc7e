import type { ClusterLab } from '../../labs/cluster/lab';
import type { Area } from '../../fault';

export const area: Area<ClusterLab> = {
  title: 'The API server',
  lead: `etcd, kube-apiserver, control plane and controller are real, each fault with a pool and a controller of its own, which has the rights
and arguments of the chart and a proxy before the API server that misbehaves. Node and launcher are played for the run Pods, with the launcher's own client.
Four runs are in progress when a fault begins, and four wait; while it lasts, two end and four are triggered. Half of the runs are applied by a second Pod.
Pods are counted by the API server's audit log and by a watch that does not pass the proxy.`,
  open: async (context) => (await import('../../labs/cluster/lab')).openClusterLab(context),
};
