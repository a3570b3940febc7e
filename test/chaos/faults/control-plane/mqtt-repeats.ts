import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/mqtt-repeats',
  title: 'each MQTT message arrives twice, the second up to three seconds late',
  userSees: 'Nothing.',
  why: 'Requests may be repeated, and of a view that has a lower revision than the last nothing is taken.',
  run: (lab) =>
    lab.during({ database: 'sqlite', gateway: 'mqtt' }, async ({ site: { mqttGateway } }) => {
      mqttGateway!.treat = () => [0, 3_000 * Math.random()];
      await lab.sleep(12);
      mqttGateway!.heal();
    }),
};
