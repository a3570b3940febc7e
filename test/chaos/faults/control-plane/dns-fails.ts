import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';
import { withoutNames } from '../../labs/control-plane/surroundings';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/dns-fails',
  title: 'the name of the control plane cannot be resolved for 15 seconds',
  userSees: 'Commands say that the DNS does not answer; runs go on.',
  why: 'A name that is not resolved is as a connection that is not made: it is tried again.',
  run: (lab) => lab.during({ database: 'sqlite', host: 'localhost' }, () => withoutNames(lab, 15)),
};
