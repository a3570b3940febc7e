import { GO_ON, SAID } from '../fixtures/commands';
import type { Fixture } from '../fixtures/fixture';

export const cancelled: Fixture = {
  name: 'Cancelled: somebody stops the run',
  command: GO_ON,
  happens: async (scene) => {
    await scene.says(SAID);
    await scene.installation.stop(scene.runId);
  },
  outcome: 'Cancelled',
  logs: [SAID],
};
