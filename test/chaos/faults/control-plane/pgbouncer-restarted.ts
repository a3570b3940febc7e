import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/pgbouncer-restarted',
  title: 'PgBouncer, in the mode of transactions, is killed and started again, three times',
  userSees: 'Some commands fail; runs go on.',
  why: 'The same as when connections are cut: what was not committed was not acknowledged.',
  run: (lab) =>
    lab.throughPgBouncer(3),
};
