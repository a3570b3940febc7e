import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/credentials-reset',
  title: 'the credentials of every pool are exchanged while runs go on',
  userSees: 'Nothing once the Secret of the pool has the new ones.',
  why: 'Run Pods read them again when they are refused, and the controller opens a session with the new ones.',
  run: (lab) => lab.during({ database: 'sqlite' }, ({ crowd }) => crowd.resetPools()),
};
