import { SAID, SAY_SO } from '../fixtures/commands';
import type { Fixture } from '../fixtures/fixture';

export const userFailed: Fixture = {
  name: 'UserFailed: a step ends with a code that means failure',
  command: `${SAY_SO}; exit 3`,
  outcome: 'UserFailed',
  says: ['ended with exit code 3.'],
  logs: [SAID],
};
