import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/refused',
  title: 'nobody can connect to it for 30 seconds',
  userSees: 'Pages and commands fail for 30 seconds; runs go on, and their logs catch up.',
  why: 'Run Pods keep what they have to say, and ask again until it is acknowledged.',
  run: (lab) =>
    lab.during({ database: 'sqlite' }, async ({ site: { https, mqtts } }) => {
      https.refuse();
      mqtts.refuse();
      await lab.sleep(30);
      https.heal();
      mqtts.heal();
    }),
};
