import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';
import { killMigrations } from '../../labs/control-plane/files';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/migration-killed',
  title:
    'its first start, and one on the database of an earlier release, are killed before and after the commit of the migrations',
  userSees: 'It takes as long to start as before.',
  why: 'All migrations are one transaction under the lock of the database: all of them, or none.',
  run: (lab) => killMigrations(lab),
};
