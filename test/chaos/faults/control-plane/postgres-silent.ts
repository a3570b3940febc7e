import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/postgres-silent',
  title: 'the way to PostgreSQL swallows everything for 20 seconds, and no connection hears that it is dead',
  userSees: 'Pages and commands hang and then fail; runs go on.',
  why: 'Connections have an end to their patience, and are made anew.',
  run: (lab) =>
    lab.during({ database: 'postgres' }, async ({ site: { database } }) => {
      database!.swallow();
      await lab.sleep(20);
      database!.heal();
    }),
};
