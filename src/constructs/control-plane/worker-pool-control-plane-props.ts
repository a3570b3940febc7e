import { SizeRoundingBehavior, type Duration, type Size } from 'cdk8s';
import type {
  ContainerResources,
  EnvFrom,
  EnvValue,
  ImagePullPolicy,
  IPersistentVolumeClaim,
  ISecret,
  IServiceAccount,
  PersistentVolumeAccessMode,
  SecretValue,
} from 'cdk8s-plus-28';
import { quantity, resourceRequirements } from '../shared/container-resources';
import { imageParts, inPrometheusUnits, intOrPercent, names, seconds } from '../shared/conversions';
import type { IPodStorage, PodVolumeMount } from '../shared/pod-storage';
import { renderedPeers } from '../shared/rendered';
import {
  containerSecurityContext,
  podSecurityContext,
  type ContainerSecurityOptions,
  type PodSecurityOptions,
} from '../shared/security-context';
import type { TopologySpread } from '../shared/topology-spread';
import type { PropMapping } from '../shared/values-of-props';
import type {
  ControlPlaneBackup,
  ControlPlaneDisruptionBudget,
  ControlPlaneExternalService,
  ControlPlaneIngress,
  ControlPlaneLogLevel,
  ControlPlaneMqttBroker,
  ControlPlaneNetworkPolicy,
  ControlPlanePrometheusRule,
  ControlPlaneRetention,
  ControlPlaneS3,
  ControlPlaneServiceMonitor,
  ControlPlaneTraces,
  ControlPlaneWeb,
} from './control-plane-options';
import type { controlPlaneValues } from './values';

/** Properties of a `WorkerPoolControlPlane`. */
export interface WorkerPoolControlPlaneProps {
  /**
   * Name of the objects.
   *
   * @default "worker-pools-control-plane"
   */
  readonly name?: string;

  /**
   * Namespace of the control plane.
   *
   * @default - the chart's namespace; an error where it has none
   */
  readonly namespace?: string;

  /**
   * Labels of every object and of the Pod. Those that it has anyway win.
   *
   * @default - none
   */
  readonly labels?: Record<string, string>;

  /**
   * Annotations of every object and of the Pod.
   *
   * @default - none
   */
  readonly annotations?: Record<string, string>;

  /**
   * Number of Pods. Several need everything outside of them: database, keys, blobs and MQTT broker. 0 stops the control
   * plane, as for a restore; runs that have started go on meanwhile.
   *
   * @default 1
   */
  readonly replicas?: number;

  /**
   * Image of the control plane, with its tag or digest.
   *
   * @default - "cdk8s-worker-pools/control-plane" in this package's version
   */
  readonly image?: string;

  /**
   * When the image is pulled.
   *
   * @default - Kubernetes decides by the tag of the image
   */
  readonly imagePullPolicy?: ImagePullPolicy;

  /**
   * Secrets for pulling the image.
   *
   * @default - none
   */
  readonly imagePullSecrets?: ISecret[];

  /**
   * Image of the containers `init` and `launcher-grpc` of run Pods.
   *
   * @default - "cdk8s-worker-pools/launcher" in this package's version
   */
  readonly launcherImage?: string;

  /**
   * Image of the container `worker` for stacks that name none.
   *
   * @default - "cdk8s-worker-pools/runner" in this package's version
   */
  readonly defaultRunnerImage?: string;

  /**
   * Address that operators and run Pods reach the control plane at. It is written into every token, so decide on it first.
   *
   * @default - the Service's, `https://<name>.<namespace>.svc:8443`, which only its own cluster reaches
   */
  readonly publicUrl?: string;

  /**
   * Whether the control plane speaks TLS. Its certificate is of its own authority, which every token carries, or of
   * `tlsSecret`. If false, a proxy such as the ingress ends TLS, with a certificate that the worker Pods trust anyway.
   *
   * @default true
   */
  readonly tls?: boolean;

  /**
   * Secret with the certificate that the control plane shows, as cert-manager writes it: `tls.crt`, `tls.key` and `ca.crt`, the
   * latter unless everybody trusts it. It is taken again when it changes.
   *
   * @default - one of its own authority, which it renews by itself
   */
  readonly tlsSecret?: ISecret;

  /**
   * More names and addresses for the server certificate, beside those of the public URL.
   *
   * @default - none
   */
  readonly tlsSans?: string[];

  /**
   * Proxies in front whose X-Forwarded-For is believed: addresses, or networks such as 10.0.0.0/8. Where a proxy such as the
   * Ingress ends TLS and is not among them, one program that guesses API keys delays everybody's log-ins.
   *
   * @default - none
   */
  readonly trustedProxies?: string[];

  /**
   * Secret with the API key of people and programs: keys `id` and `secret`, the latter of at least 16 characters.
   *
   * @default - admin-key.json of `keysSecret`; else made at the first start and kept on the volume
   */
  readonly apiKeySecret?: ISecret;

  /**
   * Who may look at the web page.
   *
   * @default ControlPlaneWeb.API_KEY
   */
  readonly web?: ControlPlaneWeb;

  /**
   * Least level that is logged.
   *
   * @default ControlPlaneLogLevel.INFO
   */
  readonly logLevel?: ControlPlaneLogLevel;

  /**
   * Time that a run Pod may take to start, in whole seconds.
   *
   * @default - as long as the program has it
   */
  readonly startDeadline?: Duration;

  /**
   * What is kept of what is over.
   *
   * @default - runs for a year and logs for 90 days, as the program has it
   */
  readonly retention?: ControlPlaneRetention;

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

  /**
   * More labels of the Service inside the cluster.
   *
   * @default - none
   */
  readonly serviceLabels?: Record<string, string>;

  /**
   * Annotations of the Service inside the cluster.
   *
   * @default - none
   */
  readonly serviceAnnotations?: Record<string, string>;

  /**
   * Port of every node at which HTTPS is reachable from outside the cluster, 30000 to 32767. Short for `externalHttps`.
   *
   * @default - reachable inside the cluster only
   */
  readonly nodePort?: number;

  /**
   * A Service by which HTTPS is reachable from outside the cluster.
   *
   * @default - none
   */
  readonly externalHttps?: ControlPlaneExternalService;

  /**
   * Whether there is MQTT. If false, pools need `commsProtocol` poll.
   *
   * @default true
   */
  readonly mqtt?: boolean;

  /**
   * Address of the embedded broker that is written into tokens.
   *
   * @default - port 8883 at the host of the public URL
   */
  readonly mqttUrl?: string;

  /**
   * An MQTT 5 broker outside, in the place of the embedded one, which only one Pod can have.
   *
   * @default - the embedded one
   */
  readonly mqttBroker?: ControlPlaneMqttBroker;

  /**
   * A Service by which MQTT is reachable from outside the cluster.
   *
   * @default - none
   */
  readonly externalMqtt?: ControlPlaneExternalService;

  /**
   * Ingress for HTTPS, at the host of the public URL.
   *
   * @default - none
   */
  readonly ingress?: ControlPlaneIngress;

  /**
   * NetworkPolicy of the control plane. It closes what it does not name.
   *
   * @default - none
   */
  readonly networkPolicy?: ControlPlaneNetworkPolicy;

  /**
   * Whether to make the Service of the metrics. It is made in any case where there is a ServiceMonitor.
   *
   * @default false
   */
  readonly metricsService?: boolean;

  /**
   * ServiceMonitor for the Prometheus operator, whose CRDs the cluster must have.
   *
   * @default - none
   */
  readonly serviceMonitor?: ControlPlaneServiceMonitor;

  /**
   * Alerts on this control plane, for the Prometheus operator. They need the ServiceMonitor.
   *
   * @default - none
   */
  readonly prometheusRule?: ControlPlanePrometheusRule;

  /**
   * Spans of requests, operations and transactions, by OTLP over HTTP. `{}` where variables say everything.
   *
   * @default - none are sent
   */
  readonly traces?: ControlPlaneTraces;

  /**
   * PodDisruptionBudget of the control plane.
   *
   * @default - none
   */
  readonly disruptionBudget?: ControlPlaneDisruptionBudget;

  /**
   * More arguments of the control plane. They win over what else is set.
   *
   * @default - none
   */
  readonly extraArgs?: string[];

  /**
   * Environment variables of the container, for example `HTTPS_PROXY`.
   *
   * @default - none, beside those that it always has
   */
  readonly envVariables?: Record<string, EnvValue>;

  /**
   * ConfigMaps and Secrets whose keys become environment variables. `envVariables` wins over them.
   *
   * @default - none
   */
  readonly envFrom?: EnvFrom[];

  /**
   * Where volumes appear in the container. Each becomes a volume of the Pod.
   *
   * @default - none
   */
  readonly volumeMounts?: PodVolumeMount[];

  /**
   * Further volumes of the Pod. A volume that is mounted needs no mention here.
   *
   * @default - none
   */
  readonly volumes?: IPodStorage[];

  /**
   * Requests and limits.
   *
   * @default - requests 100m CPU and 128Mi memory, limit 1Gi memory
   */
  readonly resources?: ContainerResources;

  /**
   * Labels of the nodes on which the Pod may run. `WorkerPoolControlPlane.scheduling` has finer rules.
   *
   * @default - any node
   */
  readonly nodeSelector?: Record<string, string>;

  /**
   * How the Pods are spread over zones, nodes or other domains. They are what is counted, unless the spread names other
   * labels.
   *
   * @default - as the scheduler does by itself
   */
  readonly topologySpread?: TopologySpread[];

  /**
   * PriorityClass of the Pod.
   *
   * @default - the cluster's default
   */
  readonly priorityClassName?: string;

  /**
   * More labels of the Pod. The labels that it is selected by cannot be changed.
   *
   * @default - those of every object
   */
  readonly podLabels?: Record<string, string>;

  /**
   * Annotations of the Pod.
   *
   * @default - those of every object
   */
  readonly podAnnotations?: Record<string, string>;

  /**
   * Security options of the Pod. What is set is laid over the default.
   *
   * @default - runs as user 1983, to whose group the volume belongs, with the runtime's seccomp profile
   */
  readonly securityContext?: PodSecurityOptions;

  /**
   * Security options of the container. What is set is laid over the default.
   *
   * @default - no privilege escalation, no capabilities, a root file system that cannot be written to
   */
  readonly containerSecurityContext?: ContainerSecurityOptions;

  /**
   * ServiceAccount of the Pods. Its token is not mounted: the control plane asks the API server for nothing.
   *
   * @default - a new one
   */
  readonly serviceAccount?: IServiceAccount;

  /**
   * Annotations of the ServiceAccount, such as `eks.amazonaws.com/role-arn` for a role that may use the bucket of blobs. Not
   * together with `serviceAccount`.
   *
   * @default - none
   */
  readonly serviceAccountAnnotations?: Record<string, string>;

  /**
   * Time that requests under way have to end when a Pod is stopped, in whole seconds. Less than `terminationGracePeriod`.
   *
   * @default Duration.seconds(25)
   */
  readonly shutdownGrace?: Duration;

  /**
   * Time after which a Pod that is stopped is killed, in whole seconds.
   *
   * @default Duration.seconds(30)
   */
  readonly terminationGracePeriod?: Duration;
}

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
  publicUrl: 'publicUrl',
  tls: 'tls.enabled',
  tlsSecret: { to: 'tls.existingSecret', as: ({ name }) => name },
  tlsSans: 'tls.sans',
  trustedProxies: 'trustedProxies',
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
    props: {
      namespace: 'metrics.serviceMonitor.namespace',
      labels: 'metrics.serviceMonitor.additionalLabels',
      annotations: 'metrics.serviceMonitor.annotations',
      interval: { to: 'metrics.serviceMonitor.interval', as: inPrometheusUnits },
      scrapeTimeout: { to: 'metrics.serviceMonitor.scrapeTimeout', as: inPrometheusUnits },
    },
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
