import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/connections-reset',
  title: 'all connections to it are reset, three times a second for ten seconds',
  userSees: 'Some commands fail; runs go on.',
  why: 'Requests may be repeated, and sessions restore themselves with growing pauses.',
  run: (lab) =>
    lab.during({ database: 'sqlite' }, async ({ site: { https, mqtts } }) => {
      for (let time = 0; time < 30; time += 1) {
        https.cut();
        mqtts.cut();
        await lab.sleep(0.33);
      }
    }),
};
