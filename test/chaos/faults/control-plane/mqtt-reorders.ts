import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/mqtt-reorders',
  title: 'MQTT messages are held back for up to two seconds, so that they arrive in another order',
  userSees: 'Runs of pools that use MQTT start up to some seconds later.',
  why: 'Views have revisions, and replies name what they reply to.',
  run: (lab) =>
    lab.during({ database: 'sqlite', gateway: 'mqtt' }, async ({ site: { mqttGateway } }) => {
      mqttGateway!.treat = () => [2_000 * Math.random()];
      await lab.sleep(15);
      mqttGateway!.heal();
    }),
};
