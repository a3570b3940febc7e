import { ORIGIN, VOLUME_SIZE } from '../../../charting/kubernetes-names';
import { distinctStrings, flag, group, optionalInteger, string, stringMap } from '../../../charting/values';

const ACCESS_MODES = ['ReadWriteOnce', 'ReadWriteOncePod', 'ReadWriteMany'];

/** Where the control plane keeps what it knows. */
export const storageValues = {
  database: group('The database of pools, stacks, runs and logs.', {
    existingSecret: string(
      '',
      'Secret with the address of a PostgreSQL database, user and password included. Empty means SQLite on the volume, which one Pod can use.',
    ),
    urlKey: string('url', 'Key of the Secret with the address, as postgresql://user:password@host:5432/database.', {
      minLength: 1,
    }),
  }),
  keys: group('The keys of the control plane.', {
    existingSecret: string(
      '',
      'Secret with the keys as files: ca.crt, ca.key, jwt.key, encryption.keys and admin-key.json. The command `worker-pools control-plane keys --secret` prints one. Empty means that they are made at the first start and kept on the volume.',
    ),
  }),
  blobs: group('Sources of stacks and sealed workspaces.', {
    minFreeMiB: optionalInteger(
      0,
      'Mebibytes that uploads leave free on the volume. Unset means 5 % of it, and 1024 at most.',
    ),
    s3: group('S3-compatible storage for them, in the place of files on the volume.', {
      bucket: string('', 'Name of the bucket. Empty means files on the volume.'),
      prefix: string('', 'What the names of the objects begin with.'),
      endpoint: string('', 'Address of the storage, where it is not the one of AWS.', ORIGIN),
      region: string('', 'Region of the bucket.'),
      forcePathStyle: flag(false, "Whether the bucket's name stands in the path, and not in the host name."),
      existingSecret: string(
        '',
        'Secret with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Empty means the credentials that the Pod has, such as those of a role that an annotation of serviceAccount names.',
      ),
    }),
  }),
  persistence: group(
    'The volume with what is not kept elsewhere. There is none where database, keys and blobs are all outside.',
    {
      size: string('10Gi', 'Size of the volume with pools, queue, logs and run states.', VOLUME_SIZE),
      storageClassName: string(
        '',
        'StorageClass of that volume. Empty means the default class of the cluster, "-" none, as for a volume that is made by hand.',
      ),
      accessModes: distinctStrings(
        ['ReadWriteOnce'],
        'Access modes of the volume. ReadWriteOncePod keeps a second Pod out whatever happens, where the driver has it; that of a backup, too.',
        { enum: ACCESS_MODES },
      ),
      annotations: stringMap({}, 'Annotations of the claim.'),
      existingClaim: string('', 'PersistentVolumeClaim that is used instead of a new one.'),
    },
  ),
};
