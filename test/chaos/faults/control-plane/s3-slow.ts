import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/s3-slow',
  title: 'each piece of data to and from S3 takes 500 milliseconds, for 15 seconds',
  userSees: 'Runs with changes take longer.',
  why: 'Requests to it have a minute.',
  run: (lab) =>
    lab.during({ database: 'sqlite', blobs: 's3' }, async ({ site: { storage } }) => {
      storage!.slowDown(500);
      await lab.sleep(15);
      storage!.heal();
    }),
};
