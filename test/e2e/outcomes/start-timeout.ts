import type { Fixture } from '../fixtures/fixture';

const NOWHERE = { requests: { 'example.com/nothing': '1' }, limits: { 'example.com/nothing': '1' } };

/** The deadline is shorter here than the 15 minutes that are usual. */
export const startTimeout: Fixture = {
  name: 'StartTimeout: no node takes the Pod, which is said in the words of the scheduler',
  lasts: true,
  pool: { pod: { workerContainer: { resources: NOWHERE } } },
  happens: (scene) => scene.waitsFor('Unschedulable', 'No node takes the Pod: ', 'Insufficient example.com/nothing'),
  outcome: 'StartTimeout',
  says: ["The run's Pod did not start in time. No node takes the Pod: ", 'Insufficient example.com/nothing'],
};
