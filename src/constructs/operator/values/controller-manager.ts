import {
  CONTROL_PLANE_PORT,
  HEALTH_PORT,
  IMAGE,
  LEADER_ELECTION_SECONDS,
  type Affinity,
  type EnvFromSource,
  type EnvVar,
  type HostAlias,
  type PodSecurityContext,
  type ResourceRequirements,
  type SecurityContext,
  type Toleration,
  type TopologySpreadConstraint,
  type Volume,
  type VolumeMount,
} from '../../../api';
import { NAMESPACE, PORT } from '../../../charting/kubernetes-names';
import { HARDENED_CONTAINER, HARDENED_POD } from '../../shared/security-context';
import { ControllerLogFormat, ControllerLogLevel } from '../operator-options';
import {
  distinctStrings,
  flag,
  group,
  integer,
  integerOrNull,
  integers,
  object,
  objects,
  optionalEnum,
  optionalIntOrPercent,
  optionalInteger,
  optionalString,
  string,
  stringMap,
  strings,
} from '../../../charting/values';
import { DIGEST, PULL_POLICIES, secretNames } from '../../shared/global-values';

/** The controller's image is for Linux, on two architectures. */
const matchExpressions = [
  { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64', 'arm64'] },
  { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
];

const manager = group("The controller's container.", {
  args: strings(
    [`--health-probe-bind-address=:${HEALTH_PORT}`, '--leader-elect'],
    "Arguments of the controller. Those for metrics, namespaces, the controller's own namespace, leader election and logging are appended. Several replicas need --leader-elect.",
  ),
  extraArgs: strings([], 'More arguments of the controller, after args.'),
  containerSecurityContext: object<SecurityContext>(
    HARDENED_CONTAINER,
    'Security context of the container; the default meets the Pod Security Standard "restricted".',
  ),
  image: group('Image of the controller.', {
    repository: string(
      IMAGE.controller,
      "Registry and repository. Users of Spacelift's own service set the official controller's repository and tag here, and controllerManager.rbac.rules to official; CRDs, values and WorkerPools stay the same.",
      { minLength: 1 },
    ),
    tag: string('', "Tag; empty means the chart's appVersion."),
    digest: DIGEST,
    pullPolicy: optionalEnum(
      PULL_POLICIES,
      'When the image is pulled. Unset means that Kubernetes decides by the tag.',
    ),
  }),
  resources: object<ResourceRequirements>(
    { limits: { memory: '512Mi' }, requests: { cpu: '100m', memory: '128Mi' } },
    'Requests and limits. The memory limit is above the official 128Mi, because this controller runs on Node.js; resources.limits.memory "128Mi" brings that back. There is no CPU limit, because throttling would delay the start of every run.',
  ),
  extraEnv: objects<EnvVar>([], 'More environment variables of the container, for instance HTTPS_PROXY.'),
  extraEnvFrom: objects<EnvFromSource>([], 'ConfigMaps and Secrets whose keys become environment variables.'),
  extraVolumeMounts: objects<VolumeMount>(
    [],
    'More volume mounts of the container, for instance CA certificates below /opt/spacelift/certs.',
  ),
  extraPodLabels: stringMap({}, 'More labels of the Pod. The labels that the Deployment selects by cannot be changed.'),
});

const serviceAccount = group('ServiceAccount of the controller.', {
  create: flag(true, 'Whether the chart makes the ServiceAccount.'),
  name: string('', 'Name; empty means <fullname>-controller-manager, or "default" if create is false.'),
  annotations: stringMap({}, 'Annotations of the ServiceAccount.'),
  labels: stringMap({}, 'More labels of the ServiceAccount.'),
});

const rbac = group('What the controller may do in the cluster.', {
  create: flag(true, 'Whether the chart makes Roles and bindings. If false, somebody else must.'),
  rules: string(
    'minimal',
    '"minimal" grants what this project\'s controller does: it reads Secrets by name, and neither lists nor writes them. "official" grants what the official chart grants, which Spacelift\'s own controller needs, and to patch Pods: it writes Secrets, too, and where namespaces are set it reads those of the release\'s namespace.',
    { enum: ['minimal', 'official'] },
  ),
  aggregateClusterRoles: flag(
    true,
    "Whether Kubernetes' own roles for people grant WorkerPools and Workers, too: view to look at them, edit and admin to make and change them. Only where every namespace is served. Whoever may make a WorkerPool may run any Pod that its namespace admits.",
  ),
});

const leaderElection = group(
  'Timings of leader election. What is unset is not passed on, because the official controller image has no flags for it.',
  {
    leaseDurationSeconds: optionalInteger(
      1,
      `Seconds after the last renewal at which another replica may take over. Unset means ${LEADER_ELECTION_SECONDS.leaseDuration}.`,
    ),
    renewDeadlineSeconds: optionalInteger(
      1,
      `Seconds after which a leader that cannot renew its lease stops; fewer than leaseDurationSeconds. Unset means ${LEADER_ELECTION_SECONDS.renewDeadline}.`,
    ),
    retryPeriodSeconds: optionalInteger(
      1,
      `Seconds between two attempts to take or renew the lease; fewer than renewDeadlineSeconds. Unset means ${LEADER_ELECTION_SECONDS.retryPeriod}.`,
    ),
  },
);

const logging = group(
  'Logs of the controller. What is unset is not passed on, because the official controller image has no flags for it.',
  {
    level: optionalEnum(Object.values(ControllerLogLevel), 'Least level that is logged. Unset means info.'),
    format: optionalEnum(Object.values(ControllerLogFormat), 'How a log line is written. Unset means json.'),
  },
);

const networkPolicy = group('NetworkPolicy of the controller. It closes what it does not name.', {
  enabled: flag(false, 'Whether to make it.'),
  egressPorts: integers(
    [443, 6443, CONTROL_PLANE_PORT.https, CONTROL_PLANE_PORT.mqtts],
    `TCP ports that the controller may connect to, at any address: the API server (443, 6443), the control plane (443, ${CONTROL_PLANE_PORT.https}) and its MQTT broker (443, ${CONTROL_PLANE_PORT.mqtts}). DNS is always allowed.`,
    PORT,
  ),
  extraEgress: objects<object>([], 'More egress rules, for instance to a proxy.'),
  metricsFrom: objects<object>([], 'Peers that may scrape the metrics. Empty means everybody.'),
  extraIngress: objects<object>([], 'More ingress rules.'),
});

const pdb = group('PodDisruptionBudget of the controller itself.', {
  enabled: flag(false, 'Whether to make it. With one replica and minAvailable 1 no node can be drained.'),
  minAvailable: optionalIntOrPercent('Pods that must stay; wins over maxUnavailable when set.'),
  maxUnavailable: optionalIntOrPercent('Pods that may be missing.', 1),
});

/** Values of the controller's Deployment and of what belongs to it. */
export const controllerManagerValues = group("The controller's Deployment.", {
  namespaces: distinctStrings(
    [],
    "Namespaces whose WorkerPools are served, each with a Role of its own. Empty means every namespace, by a ClusterRole. The release's own namespace is served only if it is among them. Several releases need a namespace each, because in one only one of them leads.",
    NAMESPACE,
  ),
  replicas: integerOrNull(1, 'Number of Pods. One leads, further ones stand by and take over within seconds.'),
  manager,
  strategy: object<object>({}, "How Pods are replaced by new ones. Empty means Kubernetes' own rolling update."),
  revisionHistoryLimit: optionalInteger(0, 'Old ReplicaSets that are kept to roll back to. Unset means 10.'),
  annotations: stringMap({}, 'Annotations of the Deployment.'),
  podAnnotations: stringMap({}, 'Annotations of the Pod, for instance karpenter.sh/do-not-disrupt.'),
  extraLabels: stringMap({}, 'More labels of the Deployment object itself.'),
  serviceAccount,
  rbac,
  nodeSelector: stringMap({}, 'Labels of the nodes on which the Pod may run.'),
  affinity: object<Affinity>(
    { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } } },
    "Affinity of the Pod. What is given is laid over the official chart's default, which asks for Linux nodes, amd64 or arm64; nodeAffinity: null takes that away.",
  ),
  tolerations: objects<Toleration>([], 'Tolerations of the Pod.'),
  topologySpreadConstraints: objects<TopologySpreadConstraint>([], 'Topology spread constraints of the Pod.'),
  imagePullSecrets: secretNames('Secrets for pulling the image'),
  podSecurityContext: object<PodSecurityContext>(
    HARDENED_POD,
    'Security context of the Pod; the default meets the Pod Security Standard "restricted".',
  ),
  extraVolumes: objects<Volume>([], 'More volumes of the Pod.'),
  hostAliases: objects<HostAlias>([], "Entries of the Pod's hosts file."),
  enforceFips140: flag(
    false,
    'Sets GODEBUG=fips140=only: the controller, the official one as well, then uses algorithms of FIPS 140 alone. The bundled one ends with exit code 2 where the OpenSSL of its image has no FIPS provider.',
  ),
  terminationGracePeriodSeconds: integer(
    30,
    'Seconds that the controller has to give its lease back when it is stopped.',
  ),
  priorityClassName: optionalString("PriorityClass of the Pod. Unset means the cluster's default."),
  leaderElection,
  logging,
  networkPolicy,
  pdb,
});
