import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/killed',
  title: 'the only control plane is killed three times (SIGKILL) and started again',
  userSees: 'Pages and commands fail for a few seconds; runs go on, and their logs stop and catch up.',
  why: 'Everything that is acknowledged is committed with an fsync before; clients ask again until they are answered.',
  run: (lab) =>
    lab.during({ database: 'sqlite' }, async ({ site }) => {
      for (let time = 0; time < 3; time += 1) {
        await site.replica.restart();
        await lab.sleep(1);
      }
    }),
};
