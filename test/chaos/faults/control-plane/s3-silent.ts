import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/s3-silent',
  title: 'S3 swallows everything for 20 seconds, and no connection hears that it is dead',
  userSees: 'Uploads and runs with changes hang until connections are given up after a minute.',
  why: 'A request to S3 that is silent for a minute is made again.',
  run: (lab) =>
    lab.during({ database: 'sqlite', blobs: 's3' }, async ({ site: { storage } }) => {
      storage!.swallow();
      await lab.sleep(20);
      storage!.heal();
    }),
};
