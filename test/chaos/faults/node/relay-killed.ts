import { nodeFault } from '../../labs/node/trial';

export const fault = nodeFault({
  kind: 'node/relay-killed',
  title: 'the relay (launcher-grpc) of a run is killed (SIGKILL)',
  userSees:
    'The run ends as OutOfMemory, which says that the relay was killed with exit code 137, most likely for want of memory: the kernel does the same.',
  why: 'Nobody can tell how such a run goes: the controller reports it and ends the Pod in its grace time.',
  strike: async ({ lab, victim }) => lab.node.signalContainer(await victim.pod(), 'launcher-grpc', 'SIGKILL'),
  victimEnds: { as: 'OutOfMemory', says: /Container launcher-grpc was killed \(exit code 137\)/ },
});
