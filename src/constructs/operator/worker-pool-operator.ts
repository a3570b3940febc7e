import type { ContainerResources, ISecret } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import type { Toleration, TopologySpreadConstraint, Volume, VolumeMount } from '../../api';
import { checkWholeNumber, invalidProp, requiredNamespace } from '../checks';
import { resourceRequirements } from '../container-resources';
import { CustomResourceDefinitions } from '../custom-resource-definitions';
import { LABEL_LIMIT, serviceName } from '../names';
import { cut } from '../template/deferred';
import { VERSION } from '../version';
import { addOperatorManifests } from './manifests';
import type { DisruptionBudgetSettings, OperatorSettings } from './settings';
import {
  CONTROL_PLANE,
  CONTROLLER_AFFINITY,
  CONTROLLER_ARGS,
  CONTROLLER_IMAGE,
  CONTROLLER_RESOURCES,
  EGRESS_PORTS,
  HARDENED_CONTAINER,
  HARDENED_POD,
  METRICS_SERVICE_PORT,
  OPERATOR_NAME,
} from './defaults';

/** Properties of a `WorkerPoolOperator`. */
export interface WorkerPoolOperatorProps {
  /**
   * What the name of every object begins with.
   *
   * @default "spacelift-workerpool-controller"
   */
  readonly name?: string;

  /**
   * Namespace of the controller.
   *
   * @default - the chart's namespace; an error where it has none
   */
  readonly namespace?: string;

  /**
   * Namespaces whose WorkerPools are served; each gets a Role of its own instead of one ClusterRole.
   *
   * @default - every namespace
   */
  readonly watchNamespaces?: string[];

  /**
   * Whether to add the definitions of WorkerPool and Worker.
   *
   * @default true
   */
  readonly installCrds?: boolean;

  /**
   * Image of the controller, with its tag or digest.
   *
   * @default - "cdk8s-worker-pools/controller" in this package's version
   */
  readonly image?: string;

  /**
   * Secrets for pulling the image.
   *
   * @default - none
   */
  readonly imagePullSecrets?: ISecret[];

  /**
   * Number of Pods; one leads, the others stand by.
   *
   * @default 1
   */
  readonly replicas?: number;

  /**
   * Requests and limits of the controller's container.
   *
   * @default - requests 100m CPU and 128Mi memory, limit 512Mi memory
   */
  readonly resources?: ContainerResources;

  /**
   * Arguments of the controller; those for metrics and namespaces are appended.
   *
   * @default - health probes at :8081 and leader election
   */
  readonly args?: string[];

  /**
   * Labels of the nodes on which the controller may run.
   *
   * @default - any Linux node, amd64 or arm64
   */
  readonly nodeSelector?: Record<string, string>;

  /** @default - none */
  readonly tolerations?: Toleration[];

  /** @default - none */
  readonly topologySpreadConstraints?: TopologySpreadConstraint[];

  /**
   * More volumes of the controller's Pod.
   *
   * @default - none
   */
  readonly volumes?: Volume[];

  /**
   * More volume mounts of the controller's container.
   *
   * @default - none
   */
  readonly volumeMounts?: VolumeMount[];

  /**
   * PriorityClass of the controller's Pod.
   *
   * @default - the cluster's default
   */
  readonly priorityClassName?: string;

  /**
   * Metrics endpoint with its Service and roles.
   *
   * @default - no metrics
   */
  readonly metrics?: OperatorMetrics;

  /**
   * PodDisruptionBudget that keeps run Pods from being evicted.
   *
   * @default - none
   */
  readonly runDisruptionBudget?: DisruptionBudget;

  /**
   * PodDisruptionBudget of the controller itself.
   *
   * @default - none
   */
  readonly controllerDisruptionBudget?: DisruptionBudget;

  /**
   * DNS domain of the cluster.
   *
   * @default "cluster.local"
   */
  readonly clusterDomain?: string;
}

/** How the controller serves its metrics. */
export interface OperatorMetrics {
  /**
   * Whether by HTTPS and only to callers that may get `/metrics`; false means plain HTTP for everybody.
   *
   * @default true
   */
  readonly secure?: boolean;

  /** @default false */
  readonly enableHttp2?: boolean;
}

/** At most one of the two may be set. */
export interface DisruptionBudget {
  /**
   * Pods that must stay, as a number or a percentage.
   *
   * @default - every run Pod, unset for the controller
   */
  readonly minAvailable?: number | string;

  /**
   * Pods that may be missing, as a number or a percentage.
   *
   * @default - unset for run Pods, 1 for the controller
   */
  readonly maxUnavailable?: number | string;
}

/**
 * The operator that turns WorkerPools into Workers and runs into Pods: definitions, Deployment, ServiceAccount, roles,
 * metrics Service and disruption budgets. The Helm chart of this package is made from the same objects.
 *
 * @throws where `namespace` is missing, `replicas` is negative, or a disruption budget sets both of its numbers
 */
export class WorkerPoolOperator extends Construct {
  /** Namespace of the controller. */
  public readonly namespace: string;

  constructor(scope: Construct, id: string, props: WorkerPoolOperatorProps = {}) {
    super(scope, id);
    checkWholeNumber(scope, id, 'replicas', props.replicas, 0);
    for (const prop of ['runDisruptionBudget', 'controllerDisruptionBudget'] as const) {
      const { minAvailable, maxUnavailable } = props[prop] ?? {};
      if (minAvailable !== undefined && maxUnavailable !== undefined) {
        throw invalidProp(scope, id, prop, props[prop], 'set minAvailable or maxUnavailable, not both');
      }
    }
    this.namespace = requiredNamespace(scope, id, props.namespace);
    if (props.installCrds ?? true) new CustomResourceDefinitions(this, 'crds');
    addOperatorManifests(this, operatorSettings(props, this.namespace));
  }
}

function operatorSettings(props: WorkerPoolOperatorProps, namespace: string): OperatorSettings {
  const name = props.name ?? OPERATOR_NAME;
  const selectorLabels = { 'app.kubernetes.io/name': OPERATOR_NAME, 'app.kubernetes.io/instance': name };
  return {
    name,
    namespace,
    labels: { ...selectorLabels, 'app.kubernetes.io/version': VERSION, 'app.kubernetes.io/managed-by': 'cdk8s' },
    annotations: {},
    selectorLabels: { ...selectorLabels, ...CONTROL_PLANE },
    namespaces: props.watchNamespaces ?? [],
    deployment: deploymentSettings(props),
    manager: {
      image: props.image ?? `${CONTROLLER_IMAGE}:${VERSION}`,
      args: props.args ?? CONTROLLER_ARGS,
      containerSecurityContext: HARDENED_CONTAINER,
      resources: props.resources === undefined ? CONTROLLER_RESOURCES : resourceRequirements(props.resources),
      extraVolumeMounts: props.volumeMounts ?? [],
      imagePullPolicy: undefined,
      extraEnv: [],
      extraEnvFrom: [],
      leaderElection: {
        leaseDurationSeconds: undefined,
        renewDeadlineSeconds: undefined,
        retryPeriodSeconds: undefined,
      },
      logging: { level: undefined, format: undefined },
      enforceFips140: false,
      kubernetesClusterDomain: props.clusterDomain ?? 'cluster.local',
    },
    serviceAccount: { create: true, name: cut(`${name}-controller-manager`, LABEL_LIMIT), annotations: {}, labels: {} },
    rbac: { create: true, rules: 'minimal' },
    networkPolicy: { enabled: false, egressPorts: EGRESS_PORTS, extraEgress: [], extraIngress: [], metricsFrom: [] },
    metrics: metricsSettings(name, props.metrics, namespace),
    runDisruptionBudget: budgetSettings(props.runDisruptionBudget),
    controllerDisruptionBudget: budgetSettings(props.controllerDisruptionBudget, 1),
  };
}

function deploymentSettings(props: WorkerPoolOperatorProps): OperatorSettings['deployment'] {
  return {
    replicas: props.replicas ?? 1,
    strategy: {},
    revisionHistoryLimit: undefined,
    affinity: CONTROLLER_AFFINITY,
    podSecurityContext: HARDENED_POD,
    extraLabels: {},
    annotations: {},
    podAnnotations: {},
    podLabels: {},
    nodeSelector: props.nodeSelector ?? {},
    tolerations: props.tolerations ?? [],
    topologySpreadConstraints: props.topologySpreadConstraints ?? [],
    imagePullSecrets: (props.imagePullSecrets ?? []).map(({ name }) => ({ name })),
    extraVolumes: props.volumes ?? [],
    terminationGracePeriodSeconds: 30,
    priorityClassName: props.priorityClassName,
  };
}

function metricsSettings(
  name: string,
  metrics: OperatorMetrics | undefined,
  namespace: string,
): OperatorSettings['metrics'] {
  const secure = metrics?.secure ?? true;
  return {
    name: serviceName(name, '-metrics-service'),
    enabled: metrics !== undefined,
    secure,
    enableHTTP2: metrics?.enableHttp2 ?? false,
    ports: [{ ...METRICS_SERVICE_PORT }],
    type: 'ClusterIP',
    labels: {},
    annotations: {},
    serviceMonitor: {
      enabled: false,
      namespace,
      port: METRICS_SERVICE_PORT.name,
      interval: '30s',
      scrapeTimeout: '10s',
      path: '/metrics',
      scheme: secure ? 'https' : 'http',
      additionalLabels: {},
      annotations: {},
      tlsConfig: {},
      bearerTokenFile: '',
    },
  };
}

function budgetSettings(budget: DisruptionBudget | undefined, maxUnavailable?: number): DisruptionBudgetSettings {
  return {
    enabled: budget !== undefined,
    minAvailable: budget?.minAvailable,
    maxUnavailable: budget?.maxUnavailable ?? maxUnavailable,
  };
}
