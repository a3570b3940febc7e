import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/slow-network',
  title: 'each piece of data takes 400 milliseconds in each direction, for 15 seconds',
  userSees: 'Everything takes longer; nothing fails.',
  why: 'Nothing waits for less than ten seconds.',
  run: (lab) =>
    lab.during({ database: 'sqlite' }, async ({ site: { https, mqtts } }) => {
      https.slowDown(400);
      mqtts.slowDown(400);
      await lab.sleep(15);
      https.heal();
      mqtts.heal();
    }),
};
