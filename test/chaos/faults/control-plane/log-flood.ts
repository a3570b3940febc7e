import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/log-flood',
  title: 'each Pod writes 2,000 lines a second, and the only control plane is killed twice meanwhile',
  userSees: 'Logs lag behind and catch up.',
  why: 'Lines are kept in the Pod until they are acknowledged, and are sent in batches.',
  withinSeconds: 240,
  run: (lab) =>
    lab.during(
      { database: 'sqlite' },
      async ({ site }) => {
        for (let time = 0; time < 2; time += 1) {
          await lab.sleep(2);
          await site.replica.restart();
        }
      },
      { linesAtOnce: 200 },
    ),
};
