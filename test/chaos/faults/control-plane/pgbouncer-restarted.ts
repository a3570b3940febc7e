import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';
import { throughPgBouncer } from '../../labs/control-plane/databases';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/pgbouncer-restarted',
  title: 'PgBouncer, in the mode of sessions, is killed and started again, three times',
  userSees: 'Some commands fail; runs go on.',
  why: 'The same as when connections are cut: what was not committed was not acknowledged.',
  run: (lab) => throughPgBouncer(lab, 3),
};
