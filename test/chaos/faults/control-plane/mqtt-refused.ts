import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/mqtt-refused',
  title: 'its own MQTT broker cannot be reached for 40 seconds',
  userSees: 'Runs of pools that use MQTT wait; those of others, and those under way, go on.',
  why: 'Run Pods never speak MQTT, and a session that is back is told of everything that it missed.',
  run: (lab) =>
    lab.during({ database: 'sqlite' }, async ({ site: { mqtts } }) => {
      mqtts.refuse();
      await lab.sleep(40);
      mqtts.heal();
    }),
};
