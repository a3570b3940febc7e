import { API_VERSION, WORKER, WORKER_POOL } from '../../src/api';
import type { HelmCluster } from './helm-cluster';
import { eventually, type KubeObject } from './kube';

/** The stand-in; its README says what it is. */
export const OFFICIAL_CHART = 'test/support/official-chart';

const POOL_ULID = '01HPS9HDSWCQ73RPDTVAK0KK0A';
const BUSY_ULID = '01HPS6K4BNB7BPHCDHDWFAMJNV';
const IDLE_ULID = '01HPS6K4BNPH5CHQH5GEZ1EYA8';
const RUN_ULID = '01HPS6XB76J1JB3EHSK4AWE5AB';
/** Its name is not known; only that Workers have one. */
const OFFICIAL_FINALIZER = 'workers.spacelift.io/official-finalizer';

/** Every documented field of `spec` that a pool with credentials of its own can have. */
const POOL_SPEC = {
  token: { secretKeyRef: { name: 'credentials', key: 'token' } },
  privateKey: { secretKeyRef: { name: 'credentials', key: 'privateKey' } },
  poolSize: 2,
  allowedRunnerImageHosts: ['docker.io', 'registry.example:5000'],
  description: 'Pool of the platform team',
  space: 'platform-01HPS9HDSWCQ73RPDTVAK0KK0A',
  driftDetectionRunLimits: { disabled: false, maxRuns: 3 },
  keepSuccessfulPods: true,
  successfulPodsHistoryLimit: 2,
  successfulPodsHistoryTTL: '1h30m',
  failedPodsHistoryLimit: 4,
  failedPodsHistoryTTL: '24h',
  mqttReconnectRetryCount: 7,
  pod: {
    activeDeadlineSeconds: 8400,
    terminationGracePeriodSeconds: 60,
    serviceAccountName: 'runner',
    automountServiceAccountToken: true,
    labels: { team: 'platform' },
    annotations: { 'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false' },
    nodeSelector: { disk: 'fast' },
    tolerations: [{ key: 'runs', operator: 'Exists', effect: 'NoSchedule' }],
    imagePullSecrets: [{ name: 'registry' }],
    hostAliases: [{ ip: '10.0.0.1', hostnames: ['git.internal'] }],
    dnsPolicy: 'ClusterFirst',
    dnsConfig: { options: [{ name: 'ndots', value: '2' }] },
    securityContext: { fsGroup: 1983 },
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' },
    ],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/os', operator: 'In', values: ['linux'] }] }],
        },
      },
    },
    workspaceVolume: { name: 'workspace', emptyDir: { sizeLimit: '10Gi' } },
    binariesCacheVolume: { name: 'cache', persistentVolumeClaim: { claimName: 'cache' } },
    volumes: [{ name: 'policy', configMap: { name: 'policy' } }],
    customInitContainers: [{ name: 'first', image: 'busybox', command: ['true'] }],
    additionalSidecarContainers: [
      { name: 'database', image: 'postgres', ports: [{ containerPort: 5432, protocol: 'TCP' }] },
    ],
    launcherImage: 'registry.example:5000/launcher:1',
    defaultRunnerImage: 'registry.example:5000/runner:1',
    defaultAnsibleRunnerImage: 'registry.example:5000/ansible:1',
    customBinariesPath: '/bin',
    initContainer: {
      env: [{ name: 'SPACELIFT_LAUNCHER_RUN_INITIALIZATION_POLICY', value: '/policy/policy.rego' }],
      volumeMounts: [{ name: 'policy', mountPath: '/policy' }],
    },
    grpcServerContainer: { resources: { requests: { cpu: '100m', memory: '64Mi' } }, imagePullPolicy: 'Always' },
    workerContainer: {
      envFrom: [{ secretRef: { name: 'cloud' } }],
      resources: { requests: { cpu: 1, memory: '1Gi' }, limits: { memory: '4Gi' } },
      securityContext: { runAsUser: 1983 },
    },
  },
};

const COLLECTIONS = {
  WorkerPool: { api: 'apis', apiVersion: API_VERSION, plural: WORKER_POOL.plural },
  Worker: { api: 'apis', apiVersion: API_VERSION, plural: WORKER.plural },
  Pod: { api: 'api', apiVersion: 'v1', plural: 'pods' },
};
type Kind = keyof typeof COLLECTIONS;
const KINDS = Object.keys(COLLECTIONS) as Kind[];

/** What an official release leaves in a namespace: a pool, an idle Worker, and a busy one with its Pod. */
export class OfficialObjects {
  private constructor(
    private readonly cluster: HelmCluster,
    readonly namespace: string,
  ) {}

  static async create(cluster: HelmCluster, namespace: string): Promise<OfficialObjects> {
    const objects = new OfficialObjects(cluster, namespace);
    const pool = await objects.createPool();
    await objects.createWorker(pool, IDLE_ULID, { registered: true, state: 'IDLE' });
    const busy = { registered: true, state: 'BUSY', currentRunID: RUN_ULID };
    await objects.createPod(await objects.createWorker(pool, BUSY_ULID, busy));
    return objects;
  }

  /** All of them as they are read now; for a moment after their definition changed nobody can read them. */
  async read(): Promise<KubeObject[]> {
    const lists = await eventually(() => Promise.all(KINDS.map((kind) => this.list(kind))));
    return lists.flat();
  }

  /** Waits until the API server reads pools by our definition, which it does some time after that was written. */
  async untilReadByOurDefinition(): Promise<void> {
    const pool = `${this.collection('WorkerPool')}/official?fieldValidation=Strict&dryRun=All`;
    // A field that the official definition does not have.
    await eventually(() => this.cluster.kubeOk('PATCH', pool, { spec: { commsProtocol: 'mqtt' } }));
  }

  /** Where one of them is. */
  path({ kind, metadata }: KubeObject): string {
    return `${this.collection(kind as Kind)}/${metadata.name}`;
  }

  /** Takes away the finalizers whose controller is not there, as people then have to do. */
  async letWorkersGo(): Promise<void> {
    for (const worker of await this.list('Worker')) {
      await this.cluster.kubeOk('PATCH', this.path(worker), { metadata: { finalizers: null } });
    }
  }

  private createPool(): Promise<KubeObject> {
    const status = {
      actualPoolSize: 2,
      desiredPoolSize: 2,
      autoRegistered: false,
      selector: `workers.spacelift.io/not-used=${POOL_ULID}`,
    };
    const labels = { 'workers.spacelift.io/ulid': POOL_ULID };
    return this.create('WorkerPool', { name: 'official', labels }, POOL_SPEC, status);
  }

  private createWorker(pool: KubeObject, ulid: string, status: object): Promise<KubeObject> {
    const metadata = {
      name: `official-${ulid.toLowerCase()}`,
      labels: { 'workers.spacelift.io/workerpool': POOL_ULID },
      annotations: { 'workers.spacelift.io/workerpool-name': 'official' },
      finalizers: [OFFICIAL_FINALIZER],
      ownerReferences: [controlledBy(pool)],
    };
    return this.create('Worker', metadata, {}, status);
  }

  private async createPod(worker: KubeObject): Promise<void> {
    const metadata = {
      name: `${RUN_ULID.toLowerCase()}-preparing-2`,
      labels: {
        'workers.spacelift.io/run-id': RUN_ULID,
        'workers.spacelift.io/worker': BUSY_ULID,
        'workers.spacelift.io/workerpool': POOL_ULID,
      },
      ownerReferences: [controlledBy(worker)],
    };
    const [init, ...containers] = ['init', 'launcher-grpc', 'worker'].map((name) => ({ name, image: 'launcher:1' }));
    const spec = { restartPolicy: 'Never', initContainers: [init], containers };
    const state = { restartCount: 0, ready: true, image: 'x', imageID: '', state: { running: {} } };
    const containerStatuses = containers.map(({ name }) => ({ name, ...state }));
    const conditions = [{ type: 'Ready', status: 'True' }];
    await this.create('Pod', metadata, spec, { phase: 'Running', conditions, containerStatuses });
  }

  /** An object, and then its status, as its controller writes it. */
  private async create(kind: Kind, metadata: object, spec: object, status: object): Promise<KubeObject> {
    const { apiVersion } = COLLECTIONS[kind];
    const object = await this.cluster.kubeOk('POST', this.collection(kind), { apiVersion, kind, metadata, spec });
    return this.cluster.kubeOk('PATCH', `${this.path(object)}/status`, { status });
  }

  private async list(kind: Kind): Promise<KubeObject[]> {
    const { items } = await this.cluster.kubeOk<{ items: KubeObject[] }>('GET', this.collection(kind));
    // Items of a Pod list do not say what they are.
    return items.map((item) => ({ ...item, apiVersion: COLLECTIONS[kind].apiVersion, kind }));
  }

  private collection(kind: Kind): string {
    const { api, apiVersion, plural } = COLLECTIONS[kind];
    return `/${api}/${apiVersion}/namespaces/${this.namespace}/${plural}`;
  }
}

function controlledBy({ apiVersion, kind, metadata }: KubeObject): object {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true };
}
