import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/replicas-killed-in-turn',
  title: 'three replicas on PostgreSQL, S3 and mosquitto are killed in turn, twice',
  userSees: 'Some commands fail; runs go on.',
  why: 'No replica has anything that the others do not: everything is in the database.',
  withinSeconds: 300,
  run: (lab) =>
    lab.during(
      { database: 'postgres', replicas: 3, broker: 'mosquitto', blobs: 's3' },
      async ({ site: { replicas } }) => {
        for (const replica of [...replicas, ...replicas]) {
          await replica.restart();
          await lab.sleep(0.5);
        }
      },
    ),
};
