import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';
import { onBrokenDisk } from '../../labs/control-plane/volumes';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/disk-read-only',
  title:
    'the file system of its data turns read-only after an error; it is killed, does not start, and starts when the file system is mended',
  userSees: 'It says that the database cannot be written to; runs go on.',
  why: 'Nothing is acknowledged that was not written, and nothing is served from a volume that takes nothing.',
  run: (lab) => onBrokenDisk(lab, 16),
};
