import { GO_ON, SAID } from '../fixtures/commands';
import type { Fixture } from '../fixtures/fixture';

const limit = (name: string): Fixture['pool'] => ({
  pod: { workerContainer: { env: [{ name, value: '5s' }] } },
});

export const runTimeout: Fixture = {
  name: 'RunTimeout: the stage takes longer than the pool allows',
  pool: limit('SPACELIFT_LAUNCHER_RUN_TIMEOUT'),
  command: GO_ON,
  outcome: 'RunTimeout',
  says: ['The stage took longer than 5s and was stopped.'],
  logs: [SAID],
};

export const logsTimeout: Fixture = {
  name: 'RunTimeout: there is no output for longer than the pool allows',
  pool: limit('SPACELIFT_LAUNCHER_LOGS_TIMEOUT'),
  command: GO_ON,
  outcome: 'RunTimeout',
  says: ['There was no output for 5s, so the stage was stopped.'],
  logs: [SAID],
};

export const deadlineOfPod: Fixture = {
  name: 'RunTimeout: the kubelet ends the Pod at the deadline that the pool gives it',
  pool: { pod: { activeDeadlineSeconds: 45 } },
  lasts: true,
  command: GO_ON,
  outcome: 'RunTimeout',
  says: ["The run's Pod took longer than its limit of 45 seconds: raise spec.pod.activeDeadlineSeconds of WorkerPool "],
};
