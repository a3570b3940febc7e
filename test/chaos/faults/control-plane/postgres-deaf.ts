import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/postgres-deaf',
  title: 'PostgreSQL carries everything out for eight seconds, and none of its answers arrives',
  userSees: 'Commands hang and then fail; what they asked for may be done, once.',
  why: 'Whether a commit was carried out is not known then, and is said so: whoever asked asks again.',
  run: (lab) =>
    lab.during({ database: 'postgres' }, async ({ site: { database } }) => {
      database!.swallowAnswers();
      await lab.sleep(8);
      database!.cut();
      database!.heal();
    }),
};
