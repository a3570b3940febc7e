import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/mqtt-loses',
  title: 'every third MQTT message of either side is lost',
  userSees: 'Runs of pools that use MQTT start up to half a minute later.',
  why: 'What is not answered is asked for again, and the heartbeat of a session brings the views that it missed.',
  run: (lab) =>
    lab.during({ database: 'sqlite', gateway: 'mqtt' }, async ({ site: { mqttGateway } }) => {
      let count = 0;
      mqttGateway!.treat = () => (count++ % 3 === 0 ? [] : [0]);
      await lab.sleep(20);
      mqttGateway!.heal();
    }),
};
