import { CONTROL_PLANE_PORT } from '../../api';
import { LABEL_LIMIT } from '../../charting/kubernetes-names';

export const CONTROL_PLANE_NAME = 'worker-pools-control-plane';

/** What the Pod of `helm test` is called among its labels. */
export const RELEASE_TEST_NAME = `${CONTROL_PLANE_NAME}-test`;

/** How late a backup may begin where the schedule was missed; without, a CronJob that misses 100 is never started again. */
export const BACKUP_LATE_SECONDS = 3600;

/** What the Pods of backups are called among their labels. */
export const BACKUP_NAME = `${CONTROL_PLANE_NAME}-backup`;

/** What the names of the objects of backups end with. */
export const BACKUP_SUFFIX = '-backup';

/** Pods of a StatefulSet have the label `controller-revision-hash`: the name, a dash and 10 characters, of 63. */
export const LONGEST_NAME = LABEL_LIMIT - 11;

/** Ports of the Pod, by which Services, probes and policies find them. */
export const PORT = { https: CONTROL_PLANE_PORT.https, mqtts: CONTROL_PLANE_PORT.mqtts, metrics: 9090 } as const;

/** Name of the port of the metrics. */
export const METRICS = 'metrics';

/** What lies where in the container. */
export const PATH = {
  config: '/etc/worker-pools/config',
  keys: '/etc/worker-pools/keys',
  tls: '/etc/worker-pools/tls',
  broker: '/etc/worker-pools/broker',
  data: '/var/lib/worker-pools',
  backup: '/backup',
} as const;

/** The file in the ConfigMap. */
export const CONFIG_FILE = 'config.yaml';

/** Name of the volume with the data, which the claims begin with. */
export const DATA_VOLUME = 'data';
