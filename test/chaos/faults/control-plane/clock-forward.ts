import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/clock-forward',
  title: 'the clock of its host is set forward by an hour',
  userSees: 'Ages and dates jump; runs go on.',
  why: 'Leases go by a clock of their own, which does not count the jump, and durations by one that nobody sets.',
  run: (lab) =>
    lab.withClock((set) => set('+3600')),
};
