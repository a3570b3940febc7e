import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';
import { restoreBackup } from '../../labs/control-plane/files';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/backup-restored',
  title:
    'a backup is made, the control plane loses its database ten seconds later, and is started from the backup while runs go on',
  userSees:
    'What was asked for after the backup and not begun is gone; runs that go on are found again, and their logs are sent again from where the backup has them.',
  why: 'After a restore nothing is given out for two minutes; what controllers show as running is taken up.',
  long: true,
  withinSeconds: 500,
  run: (lab) => restoreBackup(lab, 10),
};
