import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';
import { rotateKeys } from '../../labs/control-plane/processes';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/key-rotation',
  title: 'a new key of encryption is put first, three times, and everything is encrypted again under load',
  userSees: 'Nothing.',
  why: 'The former keys stay until everything is encrypted with the present one; each value names its key.',
  run: (lab) => lab.during({ database: 'sqlite' }, (trial) => rotateKeys(trial, 3)),
};
