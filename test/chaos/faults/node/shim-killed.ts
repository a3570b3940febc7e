import { nodeFault } from '../../labs/node/trial';

export const fault = nodeFault({
  kind: 'node/shim-killed',
  title: 'the shim of containerd that holds the containers of a run is killed',
  userSees: 'The run ends as ControlPlaneLost, which says that the relay was ended (exit code 255); others go on.',
  why: 'containerd ends the containers of a lost shim; the controller reads what is left of the Pod and reports it.',
  strike: async ({ lab, victim }) => lab.node.killShim((await victim.pod()).metadata.uid),
  victimEnds: { as: 'ControlPlaneLost', says: /ended with exit code 255/ },
});
