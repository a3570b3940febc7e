import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/disk-read-only',
  title: 'it is killed, and its volume can only be read when it is started again; ten seconds later it can be written',
  userSees: 'It does not start, and says why; runs go on.',
  why: 'Nothing is served from a volume that takes nothing.',
  run: (lab) =>
    lab.TODO,
};
