import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';
import { withClock } from '../../labs/control-plane/surroundings';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/clock-back',
  title: 'the clock of its host is set back by an hour, and ten seconds later is right again',
  userSees: 'Ages and dates jump; runs go on.',
  why: 'Leases go by a clock of their own, and nothing is ordered by the time of day.',
  run: (lab) =>
    withClock(lab, async (set) => {
      set(-3600);
      await lab.sleep(10);
      set(0);
    }),
};
