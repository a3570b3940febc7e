import { resourceRequirements } from '../shared/container-resources';
import { imageParts, serviceMonitorProps, intOrPercent, names, seconds } from '../shared/conversions';
import { renderedPeers, renderedStrategy } from '../shared/rendered';
import { containerSecurityContext, podSecurityContext } from '../shared/security-context';
import type { PropMapping } from '../shared/values-of-props';
import { podSelector } from './names';
import { OperatorRights } from './operator-options';
import type { operatorValues } from './values';
import type { WorkerPoolOperatorProps } from './worker-pool-operator-props';

/** Where the props stand among the values of the chart. */
export const OPERATOR_PROPS: PropMapping<WorkerPoolOperatorProps, typeof operatorValues.members> = {
  name: null,
  namespace: null,
  watchNamespaces: 'controllerManager.namespaces',
  installCrds: 'crds.install',
  labels: 'commonLabels',
  annotations: 'commonAnnotations',
  image: { to: 'controllerManager.manager.image', as: imageParts },
  imagePullPolicy: 'controllerManager.manager.image.pullPolicy',
  imagePullSecrets: { to: 'controllerManager.imagePullSecrets', as: names },
  replicas: 'controllerManager.replicas',
  strategy: {
    to: 'controllerManager.strategy',
    as: (strategy, { construct }) => renderedStrategy(construct, strategy),
  },
  revisionHistoryLimit: 'controllerManager.revisionHistoryLimit',
  resources: { to: 'controllerManager.manager.resources', as: resourceRequirements, instead: true },
  args: 'controllerManager.manager.args',
  extraArgs: 'controllerManager.manager.extraArgs',
  envVariables: null,
  envFrom: null,
  volumeMounts: null,
  volumes: null,
  hostAliases: 'controllerManager.hostAliases',
  nodeSelector: 'controllerManager.nodeSelector',
  topologySpread: {
    to: 'controllerManager.topologySpreadConstraints',
    as: (spreads, { context }) => {
      const counted = () => podSelector(context) as Record<string, string>;
      return spreads.map((spread) => spread._toConstraint(counted));
    },
  },
  priorityClassName: 'controllerManager.priorityClassName',
  securityContext: { to: 'controllerManager.podSecurityContext', as: podSecurityContext },
  containerSecurityContext: {
    to: 'controllerManager.manager.containerSecurityContext',
    as: containerSecurityContext,
  },
  terminationGracePeriod: { to: 'controllerManager.terminationGracePeriodSeconds', as: seconds },
  podLabels: 'controllerManager.manager.extraPodLabels',
  podAnnotations: 'controllerManager.podAnnotations',
  serviceAccount: {
    to: 'controllerManager.serviceAccount',
    as: ({ name }) => ({ create: false, name }),
  },
  serviceAccountAnnotations: 'controllerManager.serviceAccount.annotations',
  rights: {
    to: 'controllerManager.rbac',
    as: (rights) => (rights === OperatorRights.NONE ? { create: false } : { rules: rights }),
  },
  aggregateClusterRoles: 'controllerManager.rbac.aggregateClusterRoles',
  leaderElection: {
    props: {
      leaseDuration: { to: 'controllerManager.leaderElection.leaseDurationSeconds', as: seconds },
      renewDeadline: { to: 'controllerManager.leaderElection.renewDeadlineSeconds', as: seconds },
      retryPeriod: { to: 'controllerManager.leaderElection.retryPeriodSeconds', as: seconds },
    },
  },
  logLevel: 'controllerManager.logging.level',
  logFormat: 'controllerManager.logging.format',
  enforceFips140: 'controllerManager.enforceFips140',
  metrics: {
    enables: 'metricsService.enabled',
    props: {
      secure: [
        'metricsService.secure',
        { to: 'metricsService.serviceMonitor.scheme', as: (secure) => (secure ? 'https' : 'http') },
      ],
      enableHttp2: 'metricsService.enableHTTP2',
      serviceType: 'metricsService.type',
      serviceLabels: 'metricsService.labels',
      serviceAnnotations: 'metricsService.annotations',
      serviceMonitor: {
        enables: 'metricsService.serviceMonitor.enabled',
        props: {
          ...serviceMonitorProps('metricsService.serviceMonitor'),
          insecureSkipVerify: {
            to: 'metricsService.serviceMonitor.tlsConfig',
            as: (insecureSkipVerify) => ({ insecureSkipVerify }),
          },
          bearerTokenFile: 'metricsService.serviceMonitor.bearerTokenFile',
        },
      },
    },
  },
  networkPolicy: {
    enables: 'controllerManager.networkPolicy.enabled',
    props: {
      egressPorts: 'controllerManager.networkPolicy.egressPorts',
      egressPeers: {
        to: 'controllerManager.networkPolicy.extraEgress',
        as: (peers, { construct }) => (peers.length === 0 ? [] : [{ to: renderedPeers(construct, peers) }]),
      },
      metricsPeers: {
        to: 'controllerManager.networkPolicy.metricsFrom',
        as: (peers, { construct }) => renderedPeers(construct, peers),
      },
    },
  },
  runDisruptionBudget: {
    enables: 'pdb.enabled',
    props: { minAvailable: 'pdb.minAvailable', maxUnavailable: 'pdb.maxUnavailable' },
  },
  controllerDisruptionBudget: {
    enables: 'controllerManager.pdb.enabled',
    props: {
      minAvailable: { to: 'controllerManager.pdb.minAvailable', as: intOrPercent },
      maxUnavailable: { to: 'controllerManager.pdb.maxUnavailable', as: intOrPercent },
    },
  },
  clusterDomain: 'kubernetesClusterDomain',
};

/** Where the parts of the Pod stand that can be added to. */
export const OPERATOR_POD = {
  affinity: 'controllerManager.affinity',
  tolerations: 'controllerManager.tolerations',
  volumes: 'controllerManager.extraVolumes',
  env: 'controllerManager.manager.extraEnv',
  envFrom: 'controllerManager.manager.extraEnvFrom',
  volumeMounts: 'controllerManager.manager.extraVolumeMounts',
} as const;
