import { GO_ON, SAID } from '../fixtures/commands';
import type { Fixture } from '../fixtures/fixture';

export const evicted: Fixture = {
  name: 'Evicted: the kubelet ends the Pod, whose volume has grown too large',
  pool: { pod: { workspaceVolume: { name: 'small', emptyDir: { sizeLimit: '8Mi' } } } },
  command: `head -c 33554432 /dev/zero >filler; ${GO_ON}`,
  outcome: 'Evicted',
  says: ["The run's Pod was evicted on node ", 'Usage of EmptyDir volume "small" exceeds the limit "8Mi"'],
  logs: [SAID],
};
