import { Duration, Lazy } from 'cdk8s';
import { ServiceType } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { resourceRequirements } from '../shared/container-resources';
import { givenParts } from '../shared/given-parts';
import { LABEL_LIMIT, serviceName } from '../../charting/kubernetes-names';
import { cut } from '../../charting/deferred';
import { VERSION } from '../shared/version';
import {
  containerSecurityContext,
  HARDENED_CONTAINER,
  HARDENED_POD,
  podSecurityContext,
} from '../shared/security-context';
import { renderedPeers, renderedStrategy, type ControllerPod } from './controller-pod';
import {
  CONTROLLER_ARGS,
  CONTROLLER_IMAGE,
  CONTROLLER_RESOURCES,
  CONTROL_PLANE,
  EGRESS_PORTS,
  METRICS_SERVICE_PORT,
  OPERATOR_NAME,
} from './defaults';
import {
  OperatorRights,
  type DisruptionBudget,
  type OperatorMetrics,
  type OperatorNetworkPolicy,
  type OperatorServiceMonitor,
} from './operator-options';
import type { WorkerPoolOperatorProps } from './operator-props';
import type { DisruptionBudgetSettings, OperatorSettings } from './settings';

const METRICS_DEFAULTS: Required<Omit<OperatorMetrics, 'serviceMonitor'>> = {
  secure: true,
  enableHttp2: false,
  serviceType: ServiceType.CLUSTER_IP,
  serviceLabels: {},
  serviceAnnotations: {},
};

const MONITOR_DEFAULTS: Required<Omit<OperatorServiceMonitor, 'namespace' | 'insecureSkipVerify' | 'bearerTokenFile'>> =
  {
    labels: {},
    annotations: {},
    interval: Duration.seconds(30),
    scrapeTimeout: Duration.seconds(10),
  };

/** What the props say, total; the parts of the Pod that may still be added to are read at synthesis. */
export function operatorSettings(
  scope: Construct,
  namespace: string,
  props: WorkerPoolOperatorProps,
  pod: ControllerPod,
): OperatorSettings {
  const name = props.name ?? OPERATOR_NAME;
  const selection = { 'app.kubernetes.io/name': OPERATOR_NAME, 'app.kubernetes.io/instance': name };
  const selectorLabels = { ...selection, ...CONTROL_PLANE };
  return {
    name,
    namespace,
    labels: {
      ...props.labels,
      ...selection,
      'app.kubernetes.io/version': VERSION,
      'app.kubernetes.io/managed-by': 'cdk8s',
    },
    annotations: props.annotations ?? {},
    selectorLabels,
    namespaces: props.watchNamespaces ?? [],
    putOff: (make) => Lazy.any({ produce: make }) as ReturnType<typeof make>,
    deployment: deploymentSettings(scope, props, pod, selectorLabels),
    manager: managerSettings(props, pod),
    serviceAccount: {
      create: props.serviceAccount === undefined,
      name: props.serviceAccount?.name ?? cut(`${name}-controller-manager`, LABEL_LIMIT),
      annotations: props.serviceAccountAnnotations ?? {},
      labels: {},
    },
    rbac: {
      create: props.rights !== OperatorRights.NONE,
      rules: props.rights ?? OperatorRights.MINIMAL,
      aggregateClusterRoles: props.aggregateClusterRoles ?? true,
    },
    metrics: metricsSettings(name, namespace, props.metrics),
    networkPolicy: networkPolicySettings(scope, props.networkPolicy),
    runDisruptionBudget: budgetSettings(props.runDisruptionBudget),
    controllerDisruptionBudget: budgetSettings(props.controllerDisruptionBudget, 1),
  };
}

function deploymentSettings(
  scope: Construct,
  props: WorkerPoolOperatorProps,
  pod: ControllerPod,
  podLabels: Record<string, string>,
): OperatorSettings['deployment'] {
  return {
    replicas: props.replicas ?? 1,
    strategy: renderedStrategy(scope, props.strategy),
    revisionHistoryLimit: props.revisionHistoryLimit,
    extraLabels: {},
    annotations: {},
    podAnnotations: props.podAnnotations ?? {},
    podLabels: props.podLabels ?? {},
    nodeSelector: props.nodeSelector ?? {},
    get affinity() {
      return pod.affinity;
    },
    get nodeName() {
      return pod.nodeName;
    },
    get tolerations() {
      return pod.tolerations;
    },
    topologySpreadConstraints: (props.topologySpread ?? []).map((spread) => spread._toConstraint(() => podLabels)),
    imagePullSecrets: (props.imagePullSecrets ?? []).map(({ name }) => ({ name })),
    podSecurityContext: over(HARDENED_POD, podSecurityContext(props.securityContext ?? {})),
    get extraVolumes() {
      return pod.volumes;
    },
    terminationGracePeriodSeconds: props.terminationGracePeriod?.toSeconds() ?? 30,
    priorityClassName: props.priorityClassName,
  };
}

function managerSettings(props: WorkerPoolOperatorProps, pod: ControllerPod): OperatorSettings['manager'] {
  return {
    image: props.image ?? `${CONTROLLER_IMAGE}:${VERSION}`,
    imagePullPolicy: props.imagePullPolicy,
    args: props.args ?? CONTROLLER_ARGS,
    get extraEnv() {
      return pod.manager.env ?? [];
    },
    get extraEnvFrom() {
      return pod.manager.envFrom ?? [];
    },
    get extraVolumeMounts() {
      return pod.manager.volumeMounts ?? [];
    },
    containerSecurityContext: over(HARDENED_CONTAINER, containerSecurityContext(props.containerSecurityContext ?? {})),
    resources: props.resources === undefined ? CONTROLLER_RESOURCES : resourceRequirements(props.resources),
    leaderElection: {
      leaseDurationSeconds: props.leaderElection?.leaseDuration?.toSeconds(),
      renewDeadlineSeconds: props.leaderElection?.renewDeadline?.toSeconds(),
      retryPeriodSeconds: props.leaderElection?.retryPeriod?.toSeconds(),
    },
    logging: { level: props.logLevel, format: props.logFormat },
    enforceFips140: props.enforceFips140 ?? false,
    kubernetesClusterDomain: props.clusterDomain ?? 'cluster.local',
  };
}

function metricsSettings(
  name: string,
  namespace: string,
  metrics: OperatorMetrics | undefined,
): OperatorSettings['metrics'] {
  const { secure, enableHttp2, serviceType, serviceLabels, serviceAnnotations } = over(METRICS_DEFAULTS, metrics);
  const { insecureSkipVerify, bearerTokenFile = '' } = metrics?.serviceMonitor ?? {};
  const monitor = over({ ...MONITOR_DEFAULTS, namespace }, metrics?.serviceMonitor);
  return {
    name: serviceName(name, '-metrics-service'),
    enabled: metrics !== undefined,
    secure,
    enableHTTP2: enableHttp2,
    ports: [{ ...METRICS_SERVICE_PORT }],
    type: serviceType,
    labels: serviceLabels,
    annotations: serviceAnnotations,
    serviceMonitor: {
      enabled: metrics?.serviceMonitor !== undefined,
      namespace: monitor.namespace,
      port: METRICS_SERVICE_PORT.name,
      interval: `${monitor.interval.toSeconds()}s`,
      scrapeTimeout: `${monitor.scrapeTimeout.toSeconds()}s`,
      path: '/metrics',
      scheme: secure ? 'https' : 'http',
      additionalLabels: monitor.labels,
      annotations: monitor.annotations,
      tlsConfig: insecureSkipVerify === undefined ? {} : { insecureSkipVerify },
      bearerTokenFile,
    },
  };
}

function networkPolicySettings(
  scope: Construct,
  policy: OperatorNetworkPolicy | undefined,
): OperatorSettings['networkPolicy'] {
  const egressPeers = renderedPeers(scope, policy?.egressPeers);
  return {
    enabled: policy !== undefined,
    egressPorts: policy?.egressPorts ?? EGRESS_PORTS,
    extraEgress: egressPeers.length === 0 ? [] : [{ to: egressPeers }],
    metricsFrom: renderedPeers(scope, policy?.metricsPeers),
    extraIngress: [],
  };
}

function budgetSettings(budget: DisruptionBudget | undefined, maxUnavailable?: number): DisruptionBudgetSettings {
  return {
    enabled: budget !== undefined,
    minAvailable: budget?.minAvailable,
    maxUnavailable: budget?.maxUnavailable ?? maxUnavailable,
  };
}

/** The defaults with what is set laid over them; a prop that is there and undefined is not set. */
function over<T extends object>(defaults: T, given: object = {}): T {
  return { ...defaults, ...givenParts(given) };
}
