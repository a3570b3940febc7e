import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';
import { killSweepers } from '../../labs/control-plane/processes';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/replica-sweeper-killed',
  title: 'of three replicas whichever is about to move the lease clock on is killed, four times',
  userSees: 'Nothing.',
  why: 'The lease clock is a row: whoever comes next sweeps on.',
  withinSeconds: 300,
  run: (lab) => killSweepers(lab, 4),
};
