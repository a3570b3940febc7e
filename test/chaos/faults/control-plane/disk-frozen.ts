import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/disk-frozen',
  title: 'its volume answers no write for 12 seconds (fsfreeze)',
  userSees: 'Pages that were read stay; commands hang; runs go on.',
  why: 'Nothing is acknowledged before the disk has it; the lease clock stands still as well.',
  run: (lab) =>
    lab.TODO,
};
