import { nodeFault } from '../../labs/node/trial';

export const fault = nodeFault({
  kind: 'node/network-cut-eleven-minutes',
  title: 'the network between cluster and control plane is cut for eleven minutes, longer than PARTITION_LEASE_MS',
  userSees:
    'After ten minutes the run ends as ControlPlaneLost, which says that neither its Pod nor its controller was heard of; the stack waits until that Pod is known to be gone.',
  why: 'Nobody can know how such a run goes; it is never given to another Pod.',
  long: true,
  withinSeconds: 1500,
  runs: 1,
  seconds: 690,
  strike: async ({ lab, sleep }) => {
    await lab.parts.withoutControlPlane(() => sleep(660));
  },
  victimEnds: {
    as: 'ControlPlaneLost',
    says: /neither the Pod nor the controller of its worker was heard of for more than 600 seconds/,
  },
});
