import { nodeFault } from '../../labs/node/trial';

export const fault = nodeFault({
  kind: 'node/shim-killed',
  title: 'the shim of containerd that holds the containers of a run is killed',
  userSees: 'The run ends, and says which container ended without a word; others go on.',
  why: 'containerd ends the containers of a lost shim; the controller reads what is left of the Pod and reports it.',
  strike: async ({ lab, victim }) => {
    const pod = await victim.pod();
    const id = await lab.node.inside(
      'sh',
      '-c',
      `ls /run/containerd/io.containerd.runtime.v2.task/k8s.io | while read id; do grep -lq ${pod.metadata.uid} /run/containerd/io.containerd.runtime.v2.task/k8s.io/$id/config.json && grep -q '"io.kubernetes.cri.container-type":"sandbox"' /run/containerd/io.containerd.runtime.v2.task/k8s.io/$id/config.json && echo $id; done; true`,
    );
    lab.node.killShim(id.trim());
  },
  victimEnds: { as: 'ControlPlaneLost', says: /./ },
});
