import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/replicas-rolled',
  title: 'three replicas are replaced in turn (SIGTERM, start), as a rollout does',
  userSees: 'Nothing.',
  why: 'Each answers what it has begun before it ends.',
  withinSeconds: 300,
  run: (lab) =>
    lab.during(
      { database: 'postgres', replicas: 3, broker: 'mosquitto', blobs: 's3' },
      async ({ site: { replicas } }) => {
        for (const replica of replicas) {
          await replica.stop();
          await replica.start();
        }
      },
    ),
};
