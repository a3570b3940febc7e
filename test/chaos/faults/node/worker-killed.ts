import { nodeFault } from '../../labs/node/trial';

export const fault = nodeFault({
  kind: 'node/worker-killed',
  title: 'the first process of the container that carries the run out is killed (SIGKILL)',
  userSees:
    'The run ends as OutOfMemory, which says that it was killed with exit code 137, most likely for want of memory: the kernel does the same.',
  why: 'The relay sees the end of the pipe that the shim holds open, and tells of it at once.',
  strike: async ({ lab, victim }) => lab.node.signalContainer(await victim.pod(), 'worker', 'SIGKILL'),
  victimEnds: { as: 'OutOfMemory', says: /Container worker was killed \(exit code 137\)/ },
});
