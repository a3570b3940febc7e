import { Size } from 'cdk8s';
import { k8s, type ContainerResources, type ISecret } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { CONTROL_PLANE_PORT, IMAGE, RUN_AS } from '../../api';
import { checkHttpUrl, checkWholeNumber, invalidProp, requiredNamespace } from '../shared/checks';
import { quantity, resourceRequirements } from '../shared/container-resources';
import { LABEL_LIMIT, SERVICE_NAME } from '../../charting/kubernetes-names';
import { refuseStrangers } from '../shared/strangers';
import { refuseTwins } from '../shared/twins';
import { VERSION } from '../shared/version';

const NAME = 'worker-pools-control-plane';
const DATA = { volume: 'data', path: '/var/lib/worker-pools' };
const HTTPS = { name: 'https', port: CONTROL_PLANE_PORT.https };
const MQTTS = { name: 'mqtts', port: CONTROL_PLANE_PORT.mqtts };
/** Pods of a StatefulSet have the label `controller-revision-hash`: the name, a dash and 10 characters, of 63. */
const LONGEST_NAME = LABEL_LIMIT - 11;
const FIRST_NODE_PORT = 30000;
const LAST_NODE_PORT = 32767;

/** Properties of a `WorkerPoolControlPlane`. */
export interface WorkerPoolControlPlaneProps {
  /**
   * Name of the StatefulSet and its Service.
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
   * Image of the control plane, with its tag or digest.
   *
   * @default - "cdk8s-worker-pools/control-plane" in this package's version
   */
  readonly image?: string;

  /**
   * Address that operators and run Pods reach the control plane at; it is written into every token.
   *
   * @default - the Service's, `https://<name>.<namespace>.svc:8443`
   */
  readonly publicUrl?: string;

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
   * Secret with the API key of people and programs: keys `id` and `secret`, the latter of at least 16 characters.
   *
   * @default - made at first start and kept on the volume, in admin-key.json
   */
  readonly apiKeySecret?: ISecret;

  /**
   * More names and addresses for the server certificate, beside those of the public URL.
   *
   * @default - none
   */
  readonly tlsSans?: string[];

  /**
   * More arguments of the control plane.
   *
   * @default - none
   */
  readonly extraArgs?: string[];

  /**
   * Size of the volume with pools, queue, logs and run states.
   *
   * @default Size.gibibytes(10)
   */
  readonly storageSize?: Size;

  /**
   * StorageClass of that volume.
   *
   * @default - the cluster's default class
   */
  readonly storageClassName?: string;

  /**
   * Port of every node at which HTTPS is reachable from outside the cluster, 30000 to 32767.
   *
   * @default - reachable inside the cluster only
   */
  readonly nodePort?: number;

  /**
   * Requests and limits.
   *
   * @default - requests 100m CPU and 128Mi memory, limit 1Gi memory
   */
  readonly resources?: ContainerResources;
}

/**
 * The bundled control plane: pools, run queue, logs and run state, in one Pod with a volume of its own.
 *
 * @throws where `namespace` is missing, or `name`, `publicUrl`, `nodePort` or `storageSize` cannot be such
 */
export class WorkerPoolControlPlane extends Construct {
  /** Address that operators and run Pods reach it at. */
  public readonly publicUrl: string;

  constructor(scope: Construct, id: string, props: WorkerPoolControlPlaneProps = {}) {
    super(scope, id);
    checkProps(scope, id, props);
    refuseTwins(this);
    refuseStrangers(this);
    const name = props.name ?? NAME;
    const namespace = requiredNamespace(scope, id, props.namespace);
    const labels = { 'app.kubernetes.io/name': NAME, 'app.kubernetes.io/instance': name };
    const metadata = {
      name,
      namespace,
      labels: { ...labels, 'app.kubernetes.io/version': VERSION, 'app.kubernetes.io/managed-by': 'cdk8s' },
    };
    this.publicUrl = props.publicUrl ?? `https://${name}.${namespace}.svc:${HTTPS.port}`;

    new k8s.KubeServiceAccount(this, 'service-account', { metadata, automountServiceAccountToken: false });
    new k8s.KubeService(this, 'service', { metadata, spec: { selector: labels, ports: servicePorts() } });
    if (props.nodePort !== undefined) {
      new k8s.KubeService(this, 'node-port', {
        metadata: { ...metadata, name: `${name}-node-port` },
        spec: {
          type: 'NodePort',
          selector: labels,
          ports: [{ ...httpsPort(), nodePort: props.nodePort }],
        },
      });
    }
    new k8s.KubeStatefulSet(this, 'stateful-set', {
      metadata,
      spec: {
        serviceName: name,
        // One writer owns the embedded database.
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: podSpec(name, this.publicUrl, props) },
        volumeClaimTemplates: [volumeClaim(props)],
      },
    });
  }
}

function checkProps(scope: Construct, id: string, props: WorkerPoolControlPlaneProps): void {
  const { name = NAME, storageSize } = props;
  if (!new RegExp(SERVICE_NAME).test(name) || name.length > LONGEST_NAME) {
    const allowed =
      `it names a Service and Pods: it must have at most ${LONGEST_NAME} lowercase letters, digits and dashes, begin with a letter ` +
      'and not end with a dash';
    throw invalidProp(scope, id, 'name', name, allowed);
  }
  checkHttpUrl(scope, id, 'publicUrl', props.publicUrl);
  checkNodePort(scope, id, props.nodePort);
  if (storageSize !== undefined && storageSize.toKibibytes() <= 0) {
    throw invalidProp(scope, id, 'storageSize', quantity(storageSize), 'it must be more than nothing');
  }
}

function checkNodePort(scope: Construct, id: string, nodePort: number | undefined): void {
  checkWholeNumber(scope, id, 'nodePort', nodePort, FIRST_NODE_PORT);
  if (nodePort !== undefined && nodePort > LAST_NODE_PORT) {
    throw invalidProp(scope, id, 'nodePort', nodePort, `it must be ${FIRST_NODE_PORT} to ${LAST_NODE_PORT}`);
  }
}

function podSpec(serviceAccountName: string, publicUrl: string, props: WorkerPoolControlPlaneProps): k8s.PodSpec {
  return {
    serviceAccountName,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 30,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: RUN_AS,
      runAsGroup: RUN_AS,
      fsGroup: RUN_AS,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        name: 'control-plane',
        image: props.image ?? `${IMAGE.controlPlane}:${VERSION}`,
        args: programArgs(publicUrl, props),
        env: apiKeyVariables(props.apiKeySecret),
        ports: [HTTPS, MQTTS].map(({ name, port }) => ({ name, containerPort: port })),
        readinessProbe: probe(2),
        livenessProbe: { ...probe(20), initialDelaySeconds: 15 },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        resources: containerResources(props.resources),
        volumeMounts: [
          { name: DATA.volume, mountPath: DATA.path },
          { name: 'tmp', mountPath: '/tmp' },
        ],
      },
    ],
    volumes: [{ name: 'tmp', emptyDir: {} }],
  };
}

function programArgs(publicUrl: string, props: WorkerPoolControlPlaneProps): string[] {
  const options = {
    'data-dir': DATA.path,
    'public-url': publicUrl,
    host: '0.0.0.0',
    port: HTTPS.port,
    'mqtt-port': MQTTS.port,
    'launcher-image': props.launcherImage ?? `${IMAGE.launcher}:${VERSION}`,
    'default-runner-image': props.defaultRunnerImage ?? `${IMAGE.runner}:${VERSION}`,
  };
  return [
    ...Object.entries(options).map(([name, value]) => `--${name}=${value}`),
    ...(props.tlsSans ?? []).map((name) => `--tls-san=${name}`),
    ...(props.extraArgs ?? []),
  ];
}

function apiKeyVariables(secret: ISecret | undefined): k8s.EnvVar[] | undefined {
  if (secret === undefined) return undefined;
  const from = (key: string): k8s.EnvVarSource => ({ secretKeyRef: { name: secret.name, key } });
  return [
    { name: 'WORKER_POOLS_API_KEY_ID', valueFrom: from('id') },
    { name: 'WORKER_POOLS_API_KEY_SECRET', valueFrom: from('secret') },
  ];
}

function probe(periodSeconds: number): k8s.Probe {
  const port = k8s.IntOrString.fromString(HTTPS.name);
  return { httpGet: { path: '/healthz', port, scheme: 'HTTPS' }, periodSeconds };
}

function servicePorts(): k8s.ServicePort[] {
  const mqtts = { name: MQTTS.name, port: MQTTS.port, targetPort: k8s.IntOrString.fromString(MQTTS.name) };
  return [httpsPort(), mqtts];
}

function httpsPort(): k8s.ServicePort {
  return { name: HTTPS.name, port: HTTPS.port, targetPort: k8s.IntOrString.fromString(HTTPS.name) };
}

function containerResources(resources: ContainerResources | undefined): k8s.ResourceRequirements {
  const { requests, limits } =
    resources === undefined
      ? { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '1Gi' } }
      : resourceRequirements(resources);
  return { requests: quantities(requests), limits: quantities(limits) };
}

function quantities(amounts: Readonly<Record<string, string | number>> | undefined): Record<string, k8s.Quantity> {
  const entries = Object.entries(amounts ?? {});
  return Object.fromEntries(entries.map(([key, amount]) => [key, k8s.Quantity.fromString(String(amount))]));
}

function volumeClaim(props: WorkerPoolControlPlaneProps): k8s.KubePersistentVolumeClaimProps {
  const storage = k8s.Quantity.fromString(quantity(props.storageSize ?? Size.gibibytes(10)));
  return {
    metadata: { name: DATA.volume },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: props.storageClassName,
      resources: { requests: { storage } },
    },
  };
}
