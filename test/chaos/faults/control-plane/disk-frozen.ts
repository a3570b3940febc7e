import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';
import { onFrozenDisk } from '../../labs/control-plane/volumes';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/disk-frozen',
  title: 'its volume answers no write for 12 seconds (fsfreeze)',
  userSees: 'Pages that only read work, commands hang; runs go on.',
  why: 'Nothing is acknowledged before the disk has it; the lease clock stands still as well.',
  run: (lab) => onFrozenDisk(lab, 12),
};
