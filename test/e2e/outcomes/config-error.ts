import type { Fixture } from '../fixtures/fixture';

export const secretMissing: Fixture = {
  name: 'ConfigError: the pool names a Secret that nobody made',
  pool: {
    pod: {
      workerContainer: { env: [{ name: 'AWS_KEY', valueFrom: { secretKeyRef: { name: 'nobody-made', key: 'key' } } }] },
    },
  },
  outcome: 'ConfigError',
  says: [
    'Container worker cannot be created: secret "nobody-made" not found. Correct spec.pod.workerContainer of WorkerPool ',
  ],
};
