import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/broker-away-long',
  title: 'mosquitto is away for ten minutes',
  userSees: 'Runs of pools that use MQTT wait as long; others go on, and so do those under way.',
  why: 'A session that was silent for ten minutes is forgotten with its workers, which register again; a run under way is kept by its relay.',
  long: true,
  withinSeconds: 1200,
  run: (lab) =>
    lab.during({ database: 'sqlite', broker: 'mosquitto' }, async ({ site: { mosquitto } }) => {
      await mosquitto!.restart(() => lab.sleep(600));
    }),
};
