import type { Verdict } from '../../fault';
import type { ControlPlaneLab } from './lab';

/** PostgreSQL is ended by a signal and started again 2 s later, twice. */
export const restartedTwice = (lab: ControlPlaneLab, signal: 'SIGKILL' | 'SIGINT' | 'SIGQUIT'): Promise<Verdict> =>
  lab.during({ database: 'postgres' }, async ({ site: { postgres } }) => {
    for (let time = 0; time < 2; time += 1) {
      await postgres!.restart(signal, () => lab.sleep(2));
      await lab.sleep(2);
    }
  });
