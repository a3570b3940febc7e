import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/replica-stood-still',
  title: 'one of three replicas stands still for 25 seconds (SIGSTOP), in the midst of what it does',
  userSees: 'Commands that it has hang; runs go on by the others.',
  why: 'Its transactions are undone by the database, or committed when it goes on: rows and fences tell which came first.',
  withinSeconds: 300,
  run: (lab) =>
    lab.during(
      { database: 'postgres', replicas: 3, broker: 'mosquitto', blobs: 's3' },
      async ({ site: { replicas }, signal }) => {
        await replicas[1]!.standStill(25, signal);
      },
    ),
};
