import { Duration, Size } from 'cdk8s';
import { Cpu, EnvValue, PersistentVolumeAccessMode, PersistentVolumeClaim, Secret, Volume } from 'cdk8s-plus-28';
import type { WorkerPoolControlPlaneProps } from '../../../src';
import { elsewhere } from '../operator/elsewhere';

const secret = (name: string) => Secret.fromSecretName(elsewhere(), name, name);
const claim = (name: string) => PersistentVolumeClaim.fromClaimName(elsewhere(), name, name);

/** Props of volumes and backups, and the values that say the same. */
export const STORAGE_CASES: readonly [string, WorkerPoolControlPlaneProps, object][] = [
  [
    'a volume',
    {
      storageSize: Size.gibibytes(50),
      storageClassName: 'ssd',
      storageAccessModes: [PersistentVolumeAccessMode.READ_WRITE_ONCE_POD],
      storageAnnotations: { keep: 'yes' },
    },
    {
      persistence: {
        size: '50Gi',
        storageClassName: 'ssd',
        accessModes: ['ReadWriteOncePod'],
        annotations: { keep: 'yes' },
      },
    },
  ],
  ['a volume made by hand', { storageClassName: '' }, { persistence: { storageClassName: '-' } }],
  ['a claim that is there', { existingClaim: claim('restored') }, { persistence: { existingClaim: 'restored' } }],
  [
    'backups of SQLite',
    { backup: { claim: claim('backups') } },
    { backup: { enabled: true, existingClaim: 'backups' } },
  ],
  [
    'backups of a database outside',
    {
      database: { secret: secret('database'), key: 'url' },
      backup: {
        claim: claim('backups'),
        schedule: '0 */6 * * *',
        timeZone: 'Europe/Berlin',
        suspend: true,
        keep: 28,
        successfulJobsRetained: 2,
        failedJobsRetained: 1,
        activeDeadline: Duration.minutes(20),
        resources: { cpu: { request: Cpu.millis(10) }, memory: { limit: Size.gibibytes(1) } },
      },
      networkPolicy: {},
    },
    {
      database: { existingSecret: 'database' },
      backup: {
        enabled: true,
        existingClaim: 'backups',
        schedule: '0 */6 * * *',
        timeZone: 'Europe/Berlin',
        suspend: true,
        keep: 28,
        successfulJobsHistoryLimit: 2,
        failedJobsHistoryLimit: 1,
        activeDeadlineSeconds: 1200,
        resources: { requests: { cpu: '10m', memory: null }, limits: { memory: '1024Mi' } },
      },
      networkPolicy: { enabled: true },
    },
  ],
  [
    'backups by a Pod that is like those of the control plane',
    {
      backup: { claim: claim('backups') },
      existingClaim: claim('restored'),
      nodeSelector: { disk: 'ssd' },
      envVariables: { PGSSLMODE: EnvValue.fromValue('verify-full') },
      volumeMounts: [{ path: '/ca', volume: Volume.fromEmptyDir(elsewhere(), 'ca', 'ca') }],
    },
    {
      backup: { enabled: true, existingClaim: 'backups' },
      persistence: { existingClaim: 'restored' },
      nodeSelector: { disk: 'ssd' },
      extraEnv: [{ name: 'PGSSLMODE', value: 'verify-full' }],
      extraVolumes: [{ name: 'ca', emptyDir: {} }],
      extraVolumeMounts: [{ name: 'ca', mountPath: '/ca' }],
    },
  ],
];
