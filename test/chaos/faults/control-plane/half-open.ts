import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/half-open',
  title: 'the network swallows everything for 20 seconds, and no connection ever hears that it is dead',
  userSees:
    'Pages and commands hang; runs go on, and their logs catch up once their Pods have given up the dead connections.',
  why: 'Each request has an end to its patience, the watch of a session too; MQTT has its keep-alive.',
  run: (lab) =>
    lab.during({ database: 'sqlite' }, async ({ site: { https, mqtts } }) => {
      https.swallow();
      mqtts.swallow();
      await lab.sleep(20);
      https.heal();
      mqtts.heal();
    }),
};
