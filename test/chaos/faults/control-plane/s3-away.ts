import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/s3-away',
  title: 'S3 is away for 15 seconds',
  userSees: 'Uploads and runs with changes wait; logs and other runs go on.',
  why: 'What is stored there is asked for again; the database names a blob only when it is stored.',
  run: (lab) =>
    lab.during({ database: 'sqlite', blobs: 's3' }, async ({ site: { s3 } }) => {
      await s3!.down();
      await lab.sleep(15);
      await s3!.up();
    }),
};
