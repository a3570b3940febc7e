import type { ResourceRequirements } from '../../../api';
import { flag, group, integer, object, optionalString, string } from '../../../charting/values';

/** Backups of the database, on a volume of their own. */
export const backupValues = group(
  'A CronJob that writes the database into a file of a volume of its own, while the control plane runs. Keys and blobs are not in it.',
  {
    enabled: flag(false, 'Whether to make it.'),
    existingClaim: string(
      '',
      'PersistentVolumeClaim that the backups lie on. The chart makes none, because Helm and Argo CD would wait for a claim that is bound by the first backup.',
    ),
    schedule: string('17 2 * * *', 'When it runs, as crontab has it.', { minLength: 1 }),
    timeZone: optionalString(
      'Time zone of the schedule, such as Europe/Berlin. Unset means that of the cluster, which is UTC as a rule.',
    ),
    suspend: flag(false, 'Whether none is started, for instance while one is restored.'),
    keep: integer(7, 'Newest backups that stay.', { minimum: 1 }),
    successfulJobsHistoryLimit: integer(1, 'Jobs that stay which succeeded.'),
    failedJobsHistoryLimit: integer(3, 'Jobs that stay which failed.'),
    activeDeadlineSeconds: integer(
      3600,
      'Seconds after which a Job is ended, also when it waits for a node that can have the volumes.',
      { minimum: 1 },
    ),
    resources: object<ResourceRequirements>(
      { limits: { memory: '512Mi' }, requests: { cpu: '50m', memory: '128Mi' } },
      'Requests and limits of the container.',
    ),
  },
);
