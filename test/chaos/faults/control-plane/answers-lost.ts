import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/answers-lost',
  title: 'for ten seconds it hears everything, and none of its answers arrives',
  userSees: 'Commands hang; what they asked for is done once all the same.',
  why: 'Requests are made again after their answer was lost, and the second finds what the first has done.',
  run: (lab) =>
    lab.during({ database: 'sqlite' }, async ({ site: { https, mqtts } }) => {
      https.swallowAnswers();
      mqtts.swallowAnswers();
      await lab.sleep(10);
      https.cut();
      mqtts.cut();
      https.heal();
      mqtts.heal();
    }),
};
