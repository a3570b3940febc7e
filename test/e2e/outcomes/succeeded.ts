import type { Fixture } from '../fixtures/fixture';

export const succeeded: Fixture = {
  name: 'Succeeded: every step ends well',
  outcome: 'Succeeded',
  says: ['succeeded.'],
};
