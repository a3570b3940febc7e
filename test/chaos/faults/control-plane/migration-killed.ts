import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/migration-killed',
  title: 'its first start is killed before and after the commit of the migrations, and once more with a database of an earlier release',
  userSees: 'It takes as long to start as before.',
  why: 'All migrations are one transaction under the lock of the database: all of them, or none.',
  run: (lab) =>
    lab.TODO,
};
