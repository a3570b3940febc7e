import { nodeFault } from '../../labs/node/trial';

export const fault = nodeFault({
  kind: 'node/pod-deleted',
  title: 'somebody deletes the Pod of a run (kubectl delete pod)',
  userSees:
    'OpenTofu is asked to stop, the log has its last words, and the run ends as Evicted, which says that its Pod was deleted.',
  why: 'The kubelet gives the Pod its grace time; the relay hands on the end, or the controller reads it from the Pod.',
  strike: async ({ lab, victim }) => {
    await lab.kubectl('delete', 'pod', (await victim.pod()).metadata.name, '--wait=false');
  },
  victimEnds: { as: 'Evicted', says: /was deleted by somebody else before the run had ended/ },
});
