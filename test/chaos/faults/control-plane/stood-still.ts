import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/stood-still',
  title: 'the only control plane stands still for 20 seconds (SIGSTOP)',
  userSees: 'Pages and commands hang for 20 seconds; runs go on.',
  why: 'No lease runs out while nobody sweeps, and clients wait or ask again.',
  run: (lab) =>
    lab.during({ database: 'sqlite' }, async ({ site, signal }) => {
      await site.replica.standStill(20, signal);
    }),
};
