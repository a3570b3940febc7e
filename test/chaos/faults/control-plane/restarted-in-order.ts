import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/restarted-in-order',
  title: 'the only control plane is told to end (SIGTERM) and started again, twice',
  userSees: 'Pages and commands fail for a few seconds; runs go on.',
  why: 'It answers what it has begun before it ends, and clients ask again.',
  run: (lab) =>
    lab.during({ database: 'sqlite' }, async ({ site }) => {
      for (let time = 0; time < 2; time += 1) {
        await site.replica.stop();
        await site.replica.start();
        await lab.sleep(1);
      }
    }),
};
