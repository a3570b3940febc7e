import { nodeFault } from '../../labs/node/trial';

export const fault = nodeFault({
  kind: 'node/evicted',
  title: 'the Pod of a run is evicted by the API, without a budget',
  userSees: 'OpenTofu is asked to stop, and the run ends as Evicted, in the words of the API server.',
  why: 'The kubelet gives the Pod its grace time; the relay hands on the end.',
  strike: async ({ lab, victim }) => {
    await lab.evict((await victim.pod()).metadata.name);
  },
  victimEnds: { as: 'Evicted', says: /was evicted on node .*: Eviction API/ },
});
