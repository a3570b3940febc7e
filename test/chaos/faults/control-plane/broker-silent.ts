import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/broker-silent',
  title: 'the way to mosquitto swallows everything for 30 seconds, for control plane and pools alike',
  userSees: 'Runs of pools that use MQTT wait as long and a keep-alive more; others go on.',
  why: 'The keep-alive of MQTT finds dead connections on both sides.',
  run: (lab) =>
    lab.during({ database: 'sqlite', broker: 'mosquitto' }, async ({ site: { brokerPath } }) => {
      brokerPath!.swallow();
      await lab.sleep(30);
      brokerPath!.heal();
    }),
};
