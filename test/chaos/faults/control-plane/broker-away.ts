import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/broker-away',
  title: 'mosquitto is away for 40 seconds',
  userSees: 'Runs of pools that use MQTT wait as long; others go on.',
  why: 'The same as when it is killed; run Pods never speak MQTT.',
  run: (lab) =>
    lab.during({ database: 'sqlite', broker: 'mosquitto' }, async ({ site: { mosquitto } }) => {
      await mosquitto!.restart(() => lab.sleep(40));
    }),
};
