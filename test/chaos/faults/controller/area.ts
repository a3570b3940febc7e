import type { ClusterLab } from '../../labs/cluster/lab';
import type { Area } from '../../fault';

export const area: Area<ClusterLab> = {
  title: 'The controller',
  lead: `In the same lab and with the same runs, the controller as a process is killed at exact requests of a run's life, each time before or after the API
server carries it out, stopped, starved, and robbed of what it needs; it is started again as a kubelet does it. Its clock is not set here: that is left to the
simulation, because no program that fakes the clock of a process is at hand.`,
  open: async (context) => (await import('../../labs/cluster/lab')).openClusterLab(context),
};
