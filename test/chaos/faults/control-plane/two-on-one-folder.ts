import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';
import { startOnSameFolder } from '../../labs/control-plane/processes';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/two-on-one-folder',
  title: 'a second control plane is started on the folder of the first, again and again',
  userSees: 'The second says that another process has the folder, and ends; nothing else.',
  why: 'The folder is taken by a lock of the operating system before anything is read.',
  run: (lab) => lab.during({ database: 'sqlite' }, (trial) => startOnSameFolder(lab, trial, 3)),
};
