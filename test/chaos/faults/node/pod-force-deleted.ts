import { nodeFault } from '../../labs/node/trial';

export const fault = nodeFault({
  kind: 'node/pod-force-deleted',
  title: 'somebody deletes the Pod of a run by force (kubectl delete pod --force --grace-period=0)',
  userSees: 'The run ends as Evicted, which says that its Pod was deleted.',
  why: 'A Pod that the watch no longer shows is looked for by a live read; one that is gone ends its run.',
  strike: async ({ lab, victim }) => {
    await lab.kubectl('delete', 'pod', (await victim.pod()).metadata.name, '--force', '--grace-period=0');
  },
  victimEnds: { as: 'Evicted', says: /was deleted by somebody else before the run had ended/ },
});
