import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/replica-sweeper-killed',
  title: 'of three replicas whichever has swept last is killed, four times',
  userSees: 'Nothing.',
  why: 'The lease clock is a row: whoever comes next sweeps on.',
  withinSeconds: 300,
  run: (lab) =>
    lab.killSweepers(4),
};
