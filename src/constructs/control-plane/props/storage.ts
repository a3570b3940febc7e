import type { Duration, Size } from 'cdk8s';
import type {
  ContainerResources,
  IPersistentVolumeClaim,
  ISecret,
  PersistentVolumeAccessMode,
  SecretValue,
} from 'cdk8s-plus-28';

/** Where a control plane keeps what it knows. */
export interface ControlPlaneStorageProps {
  /**
   * Key of a Secret with the address of a PostgreSQL database, as `postgresql://user:password@host:5432/database`.
   *
   * @default - SQLite on the volume, which one Pod can use
   */
  readonly database?: SecretValue;

  /**
   * Secret with the keys as files: ca.crt, ca.key, jwt.key, encryption.keys and admin-key.json. The command
   * `worker-pools control-plane keys --secret` prints one.
   *
   * @default - made at the first start and kept on the volume
   */
  readonly keysSecret?: ISecret;

  /**
   * S3-compatible storage for sources of stacks and sealed workspaces.
   *
   * @default - files on the volume
   */
  readonly s3?: ControlPlaneS3;

  /**
   * Space that uploads leave free on the volume, in whole mebibytes.
   *
   * @default - 5 % of it, and 1024 MiB at most
   */
  readonly minFreeSpace?: Size;

  /**
   * Size of the volume with pools, queue, logs and run states.
   *
   * @default Size.gibibytes(10)
   */
  readonly storageSize?: Size;

  /**
   * StorageClass of that volume. Empty means none, as for a volume that is made by hand.
   *
   * @default - the cluster's default class
   */
  readonly storageClassName?: string;

  /**
   * Access modes of the volume. ReadWriteOncePod keeps a second Pod out whatever happens, where the driver has it; that of a
   * backup, too.
   *
   * @default ["ReadWriteOnce"]
   */
  readonly storageAccessModes?: PersistentVolumeAccessMode[];

  /**
   * Annotations of the claim.
   *
   * @default - none
   */
  readonly storageAnnotations?: Record<string, string>;

  /**
   * PersistentVolumeClaim that is used instead of a new one.
   *
   * @default - a new one
   */
  readonly existingClaim?: IPersistentVolumeClaim;

  /**
   * A CronJob that writes the database into a file of a volume of its own, while the control plane runs. Keys and blobs are not in it.
   *
   * @default - none
   */
  readonly backup?: ControlPlaneBackup;
}

/** S3-compatible storage for sources of stacks and sealed workspaces. */
export interface ControlPlaneS3 {
  /** Name of the bucket. */
  readonly bucket: string;

  /**
   * What the names of the objects begin with.
   *
   * @default - nothing
   */
  readonly prefix?: string;

  /**
   * Address of the storage, where it is not the one of AWS.
   *
   * @default - that of AWS
   */
  readonly endpoint?: string;

  /**
   * Region of the bucket.
   *
   * @default - as the environment of the Pod has it
   */
  readonly region?: string;

  /**
   * Whether the bucket's name stands in the path, and not in the host name.
   *
   * @default false
   */
  readonly forcePathStyle?: boolean;

  /**
   * Secret with `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
   *
   * @default - the credentials that the Pod has, such as those of a role that `serviceAccountAnnotations` names
   */
  readonly credentialsSecret?: ISecret;
}

/** Backups of the database, on a volume of their own. Keys and blobs are not in them. */
export interface ControlPlaneBackup {
  /** PersistentVolumeClaim that the backups lie on. */
  readonly claim: IPersistentVolumeClaim;

  /**
   * When it runs, as crontab has it.
   *
   * @default "17 2 * * *"
   */
  readonly schedule?: string;

  /**
   * Time zone of the schedule, such as Europe/Berlin.
   *
   * @default - that of the cluster, which is UTC as a rule
   */
  readonly timeZone?: string;

  /**
   * Whether none is started, for instance while one is restored.
   *
   * @default false
   */
  readonly suspend?: boolean;

  /**
   * Newest backups that stay.
   *
   * @default 7
   */
  readonly keep?: number;

  /**
   * Jobs that stay which succeeded.
   *
   * @default 1
   */
  readonly successfulJobsRetained?: number;

  /**
   * Jobs that stay which failed.
   *
   * @default 3
   */
  readonly failedJobsRetained?: number;

  /**
   * Time after which a Job is ended, also when it waits for a node that can have the volumes, in whole seconds.
   *
   * @default Duration.hours(1)
   */
  readonly activeDeadline?: Duration;

  /**
   * Requests and limits of the container.
   *
   * @default - requests 50m CPU and 128Mi memory, limit 512Mi memory
   */
  readonly resources?: ContainerResources;
}
