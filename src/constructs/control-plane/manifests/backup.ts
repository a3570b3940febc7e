import { Lazy } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { ReleaseContext } from '../../../charting/chart';
import {
  and,
  concat,
  decimal,
  each,
  ifAny,
  ifSet,
  isEmpty,
  merge,
  not,
  orElse,
  text,
  when,
  type Later,
} from '../../../charting/deferred';
import { addManifest, type Template } from '../../../charting/manifest';
import { objectLabels } from '../../shared/global-values';
import { DNS_EGRESS, tcp } from '../../shared/network';
import type { AddToPod } from '../../shared/shadow-pod';
import { BACKUP_LATE_SECONDS, BACKUP_NAME, BACKUP_SUFFIX, DATA_VOLUME, PATH } from '../constants';
import { metadata, programImage, programPullSecrets, serviceAccountName, type ControlPlaneValues } from '../names';
import { configVariable, databaseVariable } from './container';
import { backupRefusals } from './refusals';

type Values = ReturnType<AddToPod<ControlPlaneValues>>;

/** Backups of the database by a CronJob, and whom its Pods may talk to. */
export function addBackup(
  scope: Construct,
  values: ControlPlaneValues,
  context: ReleaseContext,
  addToPod: AddToPod<ControlPlaneValues> = (unchanged) => unchanged,
): void {
  addManifest<k8s.KubeCronJobProps>(
    scope,
    'backup-cronjob',
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: metadata(values, context, BACKUP_SUFFIX),
      spec: cronJobSpec(values, context, addToPod),
    },
    { when: values.backup.enabled, refusals: backupRefusals(values, context) },
  );
  addBackupPolicy(scope, values, context);
}

function cronJobSpec(
  values: ControlPlaneValues,
  context: ReleaseContext,
  addToPod: AddToPod<ControlPlaneValues>,
): Template<k8s.CronJobSpec> {
  const { backup } = values;
  const template = {
    metadata: { labels: merge({ 'app.kubernetes.io/name': BACKUP_NAME }, objectLabels(values, context)) },
    spec: Lazy.any({ produce: () => podSpec(addToPod(values), context) }) as Template<k8s.PodSpec>,
  };
  return {
    schedule: backup.schedule,
    timeZone: ifSet(backup.timeZone),
    suspend: when(backup.suspend, true),
    // Two at once would take the room of two, and one might remove what the other has made.
    concurrencyPolicy: 'Forbid',
    startingDeadlineSeconds: BACKUP_LATE_SECONDS,
    successfulJobsHistoryLimit: backup.successfulJobsHistoryLimit,
    failedJobsHistoryLimit: backup.failedJobsHistoryLimit,
    jobTemplate: {
      spec: { backoffLimit: 2, activeDeadlineSeconds: backup.activeDeadlineSeconds, template },
    },
  };
}

function podSpec(values: Values, context: ReleaseContext) {
  const isOnVolume = isEmpty(values.database.existingSecret);
  return {
    restartPolicy: 'Never',
    serviceAccountName: serviceAccountName(values, context),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: ifAny(values.podSecurityContext),
    imagePullSecrets: programPullSecrets(values),
    nodeSelector: ifAny(values.nodeSelector),
    tolerations: ifAny(values.tolerations),
    // A volume for one node is where the control plane is.
    affinity: when(isOnVolume, { podAffinity: besideTheControlPlane(context) }),
    containers: [backupContainer(values, context, isOnVolume)],
    volumes: concat<object>(
      [
        { name: 'tmp', emptyDir: {} },
        { name: 'config', configMap: { name: context.fullName } },
        { name: 'backup', persistentVolumeClaim: { claimName: values.backup.existingClaim } },
      ],
      when(isOnVolume, [{ name: DATA_VOLUME, persistentVolumeClaim: { claimName: dataClaim(values, context) } }]),
      values.extraVolumes,
    ),
  };
}

const besideTheControlPlane = ({ selectorLabels }: ReleaseContext) => ({
  requiredDuringSchedulingIgnoredDuringExecution: [
    { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: selectorLabels } },
  ],
});

/** Called by the StatefulSet. */
const dataClaim = ({ persistence }: ControlPlaneValues, { fullName }: ReleaseContext): Later<string> =>
  orElse(persistence.existingClaim, text(`${DATA_VOLUME}-`, fullName, '-0'));

function backupContainer(values: Values, context: ReleaseContext, isOnVolume: Later<boolean>) {
  const { backup, extraEnv, extraEnvFrom, extraVolumeMounts } = values;
  return {
    name: 'backup',
    image: programImage(values, context),
    imagePullPolicy: ifSet(values.image.pullPolicy),
    args: ['backup', '--folder', PATH.backup, '--keep', decimal(backup.keep)],
    env: concat<Template<k8s.EnvVar>>([configVariable], databaseVariable(values), extraEnv),
    envFrom: ifAny(extraEnvFrom),
    securityContext: ifAny(values.securityContext),
    resources: ifAny(backup.resources),
    volumeMounts: concat<Template<k8s.VolumeMount>>(
      [
        { name: 'backup', mountPath: PATH.backup },
        { name: 'tmp', mountPath: '/tmp' },
        { name: 'config', mountPath: PATH.config, readOnly: true },
      ],
      when(isOnVolume, [{ name: DATA_VOLUME, mountPath: PATH.data }]),
      extraVolumeMounts,
    ),
  };
}

/** Nobody may talk to the Pods of backups, and they to a database outside alone. */
function addBackupPolicy(scope: Construct, values: ControlPlaneValues, context: ReleaseContext): void {
  const { enabled, egressPorts, extraEgress } = values.networkPolicy;
  const isOutside = not(isEmpty(values.database.existingSecret));
  addManifest<k8s.KubeNetworkPolicyProps>(
    scope,
    'backup-networkpolicy',
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: metadata(values, context, BACKUP_SUFFIX),
      spec: {
        podSelector: { matchLabels: merge({ 'app.kubernetes.io/name': BACKUP_NAME }, context.selectorLabels) },
        policyTypes: ['Ingress', 'Egress'],
        egress: concat<object>(
          [DNS_EGRESS],
          when(and(isOutside, not(isEmpty(egressPorts))), [{ ports: each(egressPorts, tcp) }]),
          extraEgress,
        ),
      },
    },
    { when: and(enabled, values.backup.enabled) },
  );
}
