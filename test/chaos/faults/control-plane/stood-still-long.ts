import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/stood-still-long',
  title: 'the only control plane stands still for 90 seconds (SIGSTOP), longer than the lease of a session',
  userSees: 'Pages and commands hang for 90 seconds; runs go on, and none is taken from a worker.',
  why: 'The lease clock goes on only while somebody sweeps: time in which all stood still is not counted.',
  long: true,
  withinSeconds: 400,
  run: (lab) =>
    lab.during({ database: 'sqlite' }, async ({ site, signal }) => {
      await site.replica.standStill(90, signal);
    }),
};
