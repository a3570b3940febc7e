import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';
import { restartedTwice } from '../../labs/control-plane/postgres-restarts';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/postgres-restarted-fast',
  title: 'PostgreSQL is ended in order (fast shutdown) and started again, twice',
  userSees: 'Pages and commands fail for a moment; runs go on.',
  why: 'A transaction that was cut off is undone by the database and is asked for again; whether a commit was carried out that nobody heard of does not matter, since each request may be repeated.',
  withinSeconds: 240,
  run: (lab) => restartedTwice(lab, 'SIGINT'),
};
