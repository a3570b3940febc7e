import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';
import { endConnections } from '../../labs/control-plane/databases';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/postgres-connections-cut',
  title:
    'all connections of the control plane to PostgreSQL are ended by an administrator, twice a second for ten seconds',
  userSees: 'Some commands fail; runs go on.',
  why: 'Statements that may be repeated are, over a new connection; others are asked for again by whoever asked.',
  run: (lab) =>
    lab.during({ database: 'postgres' }, async ({ site }) => {
      for (let time = 0; time < 20; time += 1) {
        await endConnections(site);
        await lab.sleep(0.5);
      }
    }),
};
