import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';
import { onFullVolume } from '../../labs/control-plane/volumes';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/disk-full',
  title: 'the volume of its data is full for 15 seconds',
  userSees: 'Commands that change something fail, and readiness says why; runs go on.',
  why: 'A transaction that finds no room is undone as a whole, an upload leaves nothing behind; both are asked for again.',
  run: (lab) => onFullVolume(lab, 15),
};
