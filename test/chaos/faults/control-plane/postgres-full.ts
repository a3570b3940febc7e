import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';
import { takeAllConnections } from '../../labs/control-plane/databases';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/postgres-full',
  title: 'PostgreSQL has no connection left, and ends those of the control plane, for 15 seconds',
  userSees: 'Pages and commands fail; runs go on.',
  why: 'A connection that cannot be had is waited for and tried again; nothing is acknowledged meanwhile.',
  run: (lab) => lab.during({ database: 'postgres' }, (trial) => takeAllConnections(lab, trial, 15)),
};
