import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';
import { query } from '../../labs/control-plane/databases';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/postgres-read-only',
  title: 'PostgreSQL only reads for 15 seconds, as a standby does',
  userSees: 'Commands that change something fail; runs go on.',
  why: 'A refused write is an error that may pass, as a full disk is: it is asked for again, and readiness says so.',
  run: (lab) =>
    lab.during({ database: 'postgres' }, async ({ site }) => {
      await query(site, 'ALTER SYSTEM SET default_transaction_read_only = on', 'SELECT pg_reload_conf()');
      await lab.sleep(15);
      await query(
        site,
        'SET default_transaction_read_only = off',
        'ALTER SYSTEM RESET default_transaction_read_only',
        'SELECT pg_reload_conf()',
      );
    }),
};
