import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';
import { exchangeCertificate } from '../../labs/control-plane/files';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/certificate-renewed',
  title: 'the certificate that it shows is exchanged for another of the same authority',
  userSees: 'Nothing.',
  why: 'The files are looked at every minute; connections that are open keep the former one.',
  long: true,
  withinSeconds: 300,
  run: (lab) => exchangeCertificate(lab, 65),
};
