import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/broker-killed',
  title: 'mosquitto is killed (SIGKILL) and started again with nothing of what it had, twice',
  userSees: 'Runs of pools that use MQTT start some seconds later.',
  why: 'Nothing lies in the broker: sessions ask again for what was not answered, and catch up on views.',
  run: (lab) =>
    lab.during({ database: 'sqlite', broker: 'mosquitto' }, async ({ site: { mosquitto } }) => {
      for (let time = 0; time < 2; time += 1) {
        await mosquitto!.restart(() => lab.sleep(2), 'SIGKILL');
        await lab.sleep(3);
      }
    }),
};
