import { SAID, SAY_SO } from '../fixtures/commands';
import type { Fixture } from '../fixtures/fixture';

export const outOfMemory: Fixture = {
  name: 'OutOfMemory: a step needs more than its limit',
  pool: { pod: { workerContainer: { resources: { limits: { memory: '64Mi' } } } } },
  // Keeps the last line, which never ends.
  command: `${SAY_SO}; tail /dev/zero`,
  outcome: 'OutOfMemory',
  says: ['it ran out of memory; raise resources.limits.memory of spec.pod.workerContainer.'],
  logs: [SAID],
};
