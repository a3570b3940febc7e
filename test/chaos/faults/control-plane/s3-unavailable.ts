import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';
import { answerForS3 } from '../../labs/control-plane/surroundings';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/s3-unavailable',
  title: 'S3 answers everything with 503 SlowDown for 15 seconds',
  userSees: 'Uploads and runs with changes wait.',
  why: 'The SDK asks again, then whoever asked for the upload does.',
  run: (lab) => lab.during({ database: 'sqlite', blobs: 's3' }, (trial) => answerForS3(lab, trial, 15)),
};
