import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';
import { query } from '../../labs/control-plane/databases';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/postgres-locked',
  title: 'somebody holds a lock on the table of runs for 15 seconds',
  userSees: 'Pages and commands hang and fail; runs go on.',
  why: 'Transactions wait for a bounded time and are undone; whoever asked asks again.',
  run: (lab) =>
    lab.during({ database: 'postgres' }, async ({ site }) => {
      await query(site, 'BEGIN', 'LOCK TABLE runs IN ACCESS EXCLUSIVE MODE', 'SELECT pg_sleep(15)', 'COMMIT');
    }),
};
