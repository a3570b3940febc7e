import { Lazy, Size } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-28';
import {
  ServiceAccount,
  type ContainerResources,
  type ImagePullPolicy,
  type IServiceAccount,
  type ISecret,
  type PodScheduling,
} from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { CONTROL_PLANE_PORT, IMAGE, RUN_AS, type WorkerPoolPod } from '../../api';
import { LABEL_LIMIT, SERVICE_NAME } from '../../charting/kubernetes-names';
import { addManifest, type Template } from '../../charting/manifest';
import { checkHttpUrl, checkRule, invalidProp, requiredNamespace } from '../shared/checks';
import { quantity, resourceRequirements } from '../shared/container-resources';
import { names } from '../shared/conversions';
import { specOf } from '../shared/rendered';
import { HARDENED_CONTAINER, HARDENED_POD } from '../shared/security-context';
import { ShadowPod } from '../shared/shadow-pod';
import { refuseCrossNamespaceReferences } from '../shared/cross-namespace-references';
import { refuseDuplicates } from '../shared/duplicates';
import { VERSION } from '../shared/version';

const NAME = 'worker-pools-control-plane';
const DATA = { volume: 'data', path: '/var/lib/worker-pools' };
const HTTPS = { name: 'https', port: CONTROL_PLANE_PORT.https };
const MQTTS = { name: 'mqtts', port: CONTROL_PLANE_PORT.mqtts };
/** Pods of a StatefulSet have the label `controller-revision-hash`: the name, a dash and 10 characters, of 63. */
const LONGEST_NAME = LABEL_LIMIT - 11;
const HEADLESS = '-headless';
const RESOURCES = { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '1Gi' } };
const NODE_PORT = { minimum: 30000, maximum: 32767 };

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
   * Image of the control plane, with its tag or digest.
   *
   * @default - "cdk8s-worker-pools/control-plane" in this package's version
   */
  readonly image?: string;

  /**
   * When the kubelet pulls the image.
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
   * Address that operators and run Pods reach the control plane at. It is written into every token.
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

  /**
   * Labels of the nodes on which the Pod may run. `WorkerPoolControlPlane.scheduling` has finer rules.
   *
   * @default - any node
   */
  readonly nodeSelector?: Record<string, string>;

  /**
   * PriorityClass of the Pod.
   *
   * @default - the cluster's default
   */
  readonly priorityClassName?: string;
}

/**
 * The bundled control plane: pools, run queue, logs and run state, in one Pod with a volume of its own.
 *
 * @throws where `namespace` is missing, or `name`, `publicUrl`, `nodePort` or `storageSize` cannot be such
 *
 * @example
 * import { Chart, Size } from 'cdk8s';
 * import { WorkerPoolControlPlane } from 'cdk8s-worker-pools';
 *
 * declare const chart: Chart;
 * new WorkerPoolControlPlane(chart, 'control-plane', { storageSize: Size.gibibytes(50), nodePort: 30843 });
 */
export class WorkerPoolControlPlane extends Construct {
  /** Address that operators and run Pods reach it at. */
  public readonly publicUrl: string;

  /** The ServiceAccount of the Pod, which has no rights. */
  public readonly serviceAccount: IServiceAccount;

  private readonly pod: ShadowPod;

  constructor(scope: Construct, id: string, props: WorkerPoolControlPlaneProps = {}) {
    super(scope, id);
    checkProps(scope, id, props);
    refuseDuplicates(this);
    refuseCrossNamespaceReferences(this);
    const name = props.name ?? NAME;
    const namespace = requiredNamespace(scope, id, props.namespace);
    const selector = { 'app.kubernetes.io/name': NAME, 'app.kubernetes.io/instance': name };
    const own = { ...selector, 'app.kubernetes.io/version': VERSION, 'app.kubernetes.io/managed-by': 'cdk8s' };
    const metadata = { name, namespace, labels: { ...props.labels, ...own }, annotations: props.annotations };
    this.publicUrl = props.publicUrl ?? `https://${name}.${namespace}.svc:${HTTPS.port}`;
    this.pod = new ShadowPod(this, {});
    this.serviceAccount = new ServiceAccount(this, 'service-account', { metadata, automountToken: false });

    const service = (
      suffix: string,
      spec: (Template<k8s.ServiceSpec> & object) | { readonly clusterIP: 'None' },
    ): void =>
      addManifest<k8s.KubeServiceProps>(this, `service${suffix}`, {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { ...metadata, name: `${name}${suffix}` },
        spec: { selector, ...spec },
      });
    service('', { ports: [servicePort(HTTPS), servicePort(MQTTS)] });
    // cdk8s spells that field otherwise than the API.
    service(HEADLESS, { clusterIP: 'None' });
    const { nodePort } = props;
    if (nodePort !== undefined)
      service('-node-port', { type: 'NodePort', ports: [{ ...servicePort(HTTPS), nodePort }] });

    addManifest<k8s.KubeStatefulSetProps>(this, 'stateful-set', {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata,
      spec: {
        serviceName: `${name}${HEADLESS}`,
        // One writer owns the embedded database.
        replicas: 1,
        selector: { matchLabels: selector },
        template: {
          metadata: { labels: { ...props.labels, ...selector }, annotations: props.annotations },
          spec: Lazy.any({ produce: () => this.podSpec(props) }) as Template<k8s.PodSpec>,
        },
        volumeClaimTemplates: [volumeClaim(props)],
      },
    });
    this.node.defaultChild = this.node.findChild('stateful-set');
  }

  /** Where the Pod runs: nodes that it is attracted to, taints that it tolerates, and so on. */
  public get scheduling(): PodScheduling {
    return this.pod.pod.scheduling;
  }

  private podSpec(props: WorkerPoolControlPlaneProps): Template<k8s.PodSpec> & object {
    const { affinity, tolerations, nodeName } = specOf<WorkerPoolPod>(this.pod.pod);
    return {
      serviceAccountName: this.serviceAccount.name,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 30,
      imagePullSecrets: props.imagePullSecrets && names(props.imagePullSecrets),
      priorityClassName: props.priorityClassName,
      nodeSelector: props.nodeSelector,
      affinity,
      tolerations,
      nodeName,
      securityContext: { ...HARDENED_POD, runAsUser: RUN_AS, runAsGroup: RUN_AS, fsGroup: RUN_AS },
      containers: [programContainer(this.publicUrl, props)],
      volumes: [{ name: 'tmp', emptyDir: {} }],
    };
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
  checkRule(scope, id, 'nodePort', { type: 'integer', ...NODE_PORT }, props.nodePort);
  if (storageSize !== undefined && storageSize.toKibibytes() <= 0) {
    throw invalidProp(scope, id, 'storageSize', quantity(storageSize), 'it must be more than nothing');
  }
}

function programContainer(publicUrl: string, props: WorkerPoolControlPlaneProps): Template<k8s.Container> {
  const { resources } = props;
  return {
    name: 'control-plane',
    image: props.image ?? `${IMAGE.controlPlane}:${VERSION}`,
    imagePullPolicy: props.imagePullPolicy,
    args: programArgs(publicUrl, props),
    env: apiKeyVariables(props.apiKeySecret),
    ports: [HTTPS, MQTTS].map(({ name, port }) => ({ name, containerPort: port })),
    readinessProbe: probe(2),
    livenessProbe: { ...probe(20), initialDelaySeconds: 15 },
    securityContext: HARDENED_CONTAINER,
    resources: resources === undefined ? RESOURCES : resourceRequirements(resources),
    volumeMounts: [
      { name: DATA.volume, mountPath: DATA.path },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
}

function programArgs(publicUrl: string, props: WorkerPoolControlPlaneProps): string[] {
  const options = {
    'data-dir': DATA.path,
    'public-url': publicUrl,
    listen: `:${HTTPS.port}`,
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

function apiKeyVariables(secret: ISecret | undefined) {
  if (secret === undefined) return undefined;
  const from = (key: string) => ({ secretKeyRef: { name: secret.name, key } });
  return [
    { name: 'WORKER_POOLS_API_KEY_ID', valueFrom: from('id') },
    { name: 'WORKER_POOLS_API_KEY_SECRET', valueFrom: from('secret') },
  ];
}

function probe(periodSeconds: number) {
  return { httpGet: { path: '/healthz', port: HTTPS.name, scheme: 'HTTPS' }, periodSeconds };
}

function servicePort({ name, port }: { readonly name: string; readonly port: number }) {
  return { name, port, targetPort: name };
}

function volumeClaim({ storageClassName, storageSize = Size.gibibytes(10) }: WorkerPoolControlPlaneProps) {
  return {
    metadata: { name: DATA.volume },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName,
      resources: { requests: { storage: quantity(storageSize) } },
    },
  };
}
