import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/postgres-frozen',
  title: 'all processes of PostgreSQL stand still for 20 seconds (SIGSTOP)',
  userSees: 'Pages and commands hang; runs go on.',
  why: 'A transaction that takes too long is given up; nothing is acknowledged before it is committed.',
  run: (lab) =>
    lab.during({ database: 'postgres' }, async ({ site: { postgres } }) => {
      const processes = postgres!.processes();
      for (const pid of processes) process.kill(pid, 'SIGSTOP');
      try {
        await lab.sleep(20);
      } finally {
        for (const pid of processes) process.kill(pid, 'SIGCONT');
      }
    }),
};
