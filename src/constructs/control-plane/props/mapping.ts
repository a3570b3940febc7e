import { SizeRoundingBehavior, type Size } from 'cdk8s';
import { quantity, resourceRequirements } from '../../shared/container-resources';
import { imageParts, serviceMonitorProps, intOrPercent, names, seconds } from '../../shared/conversions';
import { renderedPeers } from '../../shared/rendered';
import { containerSecurityContext, podSecurityContext } from '../../shared/security-context';
import type { PropMapping } from '../../shared/values-of-props';
import type { controlPlaneValues } from '../values';
import type { WorkerPoolControlPlaneProps } from './index';

type Members = typeof controlPlaneValues.members;

const EXTERNAL = <Name extends 'externalHttps' | 'externalMqtt'>(name: Name) =>
  ({
    type: `${name}.type`,
    port: `${name}.port`,
    nodePort: `${name}.nodePort`,
    labels: `${name}.labels`,
    annotations: `${name}.annotations`,
    loadBalancerClass: `${name}.loadBalancerClass`,
    loadBalancerSourceRanges: `${name}.loadBalancerSourceRanges`,
    externalTrafficPolicy: `${name}.externalTrafficPolicy`,
  }) as const;

/** Where the props stand among the values of the chart. */
export const CONTROL_PLANE_PROPS: PropMapping<WorkerPoolControlPlaneProps, Members> = {
  name: null,
  namespace: null,
  labels: ['commonLabels', 'podLabels'],
  annotations: ['commonAnnotations', 'podAnnotations'],
  replicas: 'replicas',
  image: { to: 'image', as: imageParts },
  imagePullPolicy: 'image.pullPolicy',
  imagePullSecrets: { to: 'imagePullSecrets', as: names },
  launcherImage: 'launcherImage',
  defaultRunnerImage: 'defaultRunnerImage',
  defaultAnsibleRunnerImage: 'defaultAnsibleRunnerImage',
  publicUrl: 'publicUrl',
  tls: 'tls.enabled',
  tlsSecret: { to: 'tls.existingSecret', as: ({ name }) => name },
  tlsSans: 'tls.sans',
  trustedProxies: 'trustedProxies',
  webhookNetworks: 'webhookNetworks',
  apiKeySecret: { to: 'apiKey.existingSecret', as: ({ name }) => name },
  web: 'web',
  logLevel: 'logLevel',
  startDeadline: { to: 'startDeadlineSeconds', as: seconds },
  retention: {
    props: {
      runDays: 'retention.runDays',
      runsPerStack: 'retention.runsPerStack',
      logDays: 'retention.logDays',
      logMebibytesPerRun: 'retention.logMiBPerRun',
      stateVersions: 'retention.stateVersions',
      auditDays: 'retention.auditDays',
      auditEntries: 'retention.auditEntries',
    },
  },
  database: { to: 'database', as: ({ secret, key }) => ({ existingSecret: secret.name, urlKey: key }) },
  keysSecret: { to: 'keys.existingSecret', as: ({ name }) => name },
  s3: {
    props: {
      bucket: 'blobs.s3.bucket',
      prefix: 'blobs.s3.prefix',
      endpoint: 'blobs.s3.endpoint',
      region: 'blobs.s3.region',
      forcePathStyle: 'blobs.s3.forcePathStyle',
      credentialsSecret: { to: 'blobs.s3.existingSecret', as: ({ name }) => name },
    },
  },
  minFreeSpace: { to: 'blobs.minFreeMiB', as: (size) => size.toMebibytes({ rounding: SizeRoundingBehavior.NONE }) },
  storageSize: { to: 'persistence.size', as: volumeSize },
  storageClassName: { to: 'persistence.storageClassName', as: (name) => name || '-' },
  storageAccessModes: 'persistence.accessModes',
  storageAnnotations: 'persistence.annotations',
  existingClaim: { to: 'persistence.existingClaim', as: ({ name }) => name },
  backup: {
    enables: 'backup.enabled',
    props: {
      claim: { to: 'backup.existingClaim', as: ({ name }) => name },
      schedule: 'backup.schedule',
      timeZone: 'backup.timeZone',
      suspend: 'backup.suspend',
      keep: 'backup.keep',
      successfulJobsRetained: 'backup.successfulJobsHistoryLimit',
      failedJobsRetained: 'backup.failedJobsHistoryLimit',
      activeDeadline: { to: 'backup.activeDeadlineSeconds', as: seconds },
      resources: { to: 'backup.resources', as: resourceRequirements, instead: true },
    },
  },
  serviceLabels: 'service.labels',
  serviceAnnotations: 'service.annotations',
  nodePort: { to: 'externalHttps', as: (nodePort) => ({ type: 'NodePort', nodePort }) },
  externalHttps: { props: EXTERNAL('externalHttps') },
  mqtt: 'mqtt.enabled',
  mqttUrl: 'mqtt.url',
  mqttBroker: {
    props: {
      url: 'mqtt.broker.url',
      clientUrl: 'mqtt.broker.clientUrl',
      credentialsSecret: { to: 'mqtt.broker.existingSecret', as: ({ name }) => name },
    },
  },
  externalMqtt: { props: EXTERNAL('externalMqtt') },
  ingress: {
    enables: 'ingress.enabled',
    props: {
      className: 'ingress.className',
      labels: 'ingress.labels',
      annotations: 'ingress.annotations',
      tlsSecret: { to: 'ingress.tlsSecretName', as: ({ name }) => name },
    },
  },
  networkPolicy: {
    enables: 'networkPolicy.enabled',
    props: {
      clientPeers: {
        to: 'networkPolicy.clientsFrom',
        as: (peers, { construct }) => renderedPeers(construct, peers),
      },
      metricsPeers: {
        to: 'networkPolicy.metricsFrom',
        as: (peers, { construct }) => renderedPeers(construct, peers),
      },
      egressPorts: 'networkPolicy.egressPorts',
      egressPeers: {
        to: 'networkPolicy.extraEgress',
        as: (peers, { construct }) => (peers.length === 0 ? [] : [{ to: renderedPeers(construct, peers) }]),
      },
    },
  },
  metricsService: 'metrics.service.enabled',
  serviceMonitor: {
    enables: 'metrics.serviceMonitor.enabled',
    props: serviceMonitorProps('metrics.serviceMonitor'),
  },
  prometheusRule: {
    enables: 'metrics.prometheusRule.enabled',
    props: {
      namespace: 'metrics.prometheusRule.namespace',
      labels: 'metrics.prometheusRule.additionalLabels',
      annotations: 'metrics.prometheusRule.annotations',
      alertLabels: 'metrics.prometheusRule.alertLabels',
    },
  },
  traces: { enables: 'traces.enabled', props: { endpoint: 'traces.endpoint' } },
  disruptionBudget: {
    enables: 'pdb.enabled',
    props: {
      minAvailable: { to: 'pdb.minAvailable', as: intOrPercent },
      maxUnavailable: { to: 'pdb.maxUnavailable', as: intOrPercent },
    },
  },
  extraArgs: 'extraArgs',
  envVariables: null,
  envFrom: null,
  volumeMounts: null,
  volumes: null,
  resources: { to: 'resources', as: resourceRequirements, instead: true },
  nodeSelector: 'nodeSelector',
  topologySpread: {
    to: 'topologySpreadConstraints',
    as: (spreads, { context }) => {
      const counted = () => context.selectorLabels as Record<string, string>;
      return spreads.map((spread) => spread._toConstraint(counted));
    },
  },
  priorityClassName: 'priorityClassName',
  podLabels: 'podLabels',
  podAnnotations: 'podAnnotations',
  securityContext: { to: 'podSecurityContext', as: podSecurityContext },
  containerSecurityContext: { to: 'securityContext', as: containerSecurityContext },
  serviceAccount: { to: 'serviceAccount', as: ({ name }) => ({ create: false, name }) },
  serviceAccountAnnotations: 'serviceAccount.annotations',
  shutdownGrace: { to: 'shutdownGraceSeconds', as: seconds },
  terminationGracePeriod: { to: 'terminationGracePeriodSeconds', as: seconds },
};

/** Where the parts of the Pod stand that can be added to. */
export const CONTROL_PLANE_POD = {
  affinity: 'affinity',
  tolerations: 'tolerations',
  volumes: 'extraVolumes',
  env: 'extraEnv',
  envFrom: 'extraEnvFrom',
  volumeMounts: 'extraVolumeMounts',
} as const;

/** In gibibytes where that is a whole number, as people write the sizes of volumes. */
function volumeSize(size: Size): string {
  const mebibytes = quantity(size);
  const gibibytes = Number.parseInt(mebibytes, 10) / 1024;
  return mebibytes.endsWith('Mi') && Number.isInteger(gibibytes) ? `${gibibytes}Gi` : mebibytes;
}
