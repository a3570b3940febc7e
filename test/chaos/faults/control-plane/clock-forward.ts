import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';
import { withClock } from '../../labs/control-plane/surroundings';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/clock-forward',
  title: 'the clock of its host is set forward by an hour, and ten seconds later is right again',
  userSees:
    'Ages and dates jump; pools are told that their proofs have expired as long as the clocks of cluster and control plane differ; runs go on.',
  why: 'Leases go by a clock of their own, which does not count the jump, and durations by one that nobody sets.',
  run: (lab) =>
    withClock(lab, async (set) => {
      set(3600);
      await lab.sleep(10);
      set(0);
    }),
};
