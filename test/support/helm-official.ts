import { API_VERSION, WORKER, WORKER_POOL } from '../../src/api';
import type { HelmCluster } from './helm-cluster';
import { createNamespace, eventually, type KubeObject } from './kube';

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

/** What an official release leaves in a namespace: a pool, an idle Worker, and a busy one with its Pod. */
export class OfficialObjects {
  private constructor(
    private readonly cluster: HelmCluster,
    readonly namespace: string,
  ) {}

  static async create(cluster: HelmCluster): Promise<OfficialObjects> {
    const objects = new OfficialObjects(cluster, await createNamespace('pools', cluster.server));
    const pool = await objects.post(WORKER_POOL.plural, {
      kind: WORKER_POOL.kind,
      metadata: { name: 'official', labels: { 'workers.spacelift.io/ulid': POOL_ULID } },
      spec: POOL_SPEC,
    });
    await objects.setStatus(WORKER_POOL.plural, 'official', {
      actualPoolSize: 2,
      desiredPoolSize: 2,
      autoRegistered: false,
      selector: `workers.spacelift.io/not-used=${POOL_ULID}`,
    });
    await objects.createWorker(pool, IDLE_ULID, { registered: true, state: 'IDLE' });
    const busy = await objects.createWorker(pool, BUSY_ULID, {
      registered: true,
      state: 'BUSY',
      currentRunID: RUN_ULID,
    });
    await objects.createPod(busy);
    return objects;
  }

  /** All of them as they are read now; for a moment after their definition changed nobody can read them. */
  async read(): Promise<KubeObject[]> {
    const paths = [this.path(WORKER_POOL.plural), this.path(WORKER.plural), this.pods];
    const list = (path: string) => this.cluster.kubeOk<{ items: KubeObject[] }>('GET', path);
    const lists = await eventually(() => Promise.all(paths.map(list)));
    return lists.flatMap(({ items }) => items);
  }

  path(plural: string): string {
    return `/apis/${API_VERSION}/namespaces/${this.namespace}/${plural}`;
  }

  /** Lets the objects go whose controller is not there, as people have to do, and then the namespace's rest. */
  async remove(): Promise<void> {
    const { items } = await this.cluster.kubeOk<{ items: KubeObject[] }>('GET', this.path(WORKER.plural));
    for (const { metadata } of items) {
      const path = `${this.path(WORKER.plural)}/${metadata.name}`;
      await this.cluster.kubeOk('PATCH', path, { metadata: { finalizers: null } });
    }
  }

  private get pods(): string {
    return `/api/v1/namespaces/${this.namespace}/pods`;
  }

  private post(plural: string, object: object): Promise<KubeObject> {
    return this.cluster.kubeOk('POST', this.path(plural), { apiVersion: API_VERSION, ...object });
  }

  private setStatus(plural: string, name: string, status: object): Promise<KubeObject> {
    return this.cluster.kubeOk('PATCH', `${this.path(plural)}/${name}/status`, { status });
  }

  private async createWorker(pool: KubeObject, ulid: string, status: object): Promise<KubeObject> {
    const name = `official-${ulid.toLowerCase()}`;
    const worker = await this.post(WORKER.plural, {
      kind: WORKER.kind,
      metadata: {
        name,
        labels: { 'workers.spacelift.io/workerpool': POOL_ULID },
        annotations: { 'workers.spacelift.io/workerpool-name': 'official' },
        finalizers: [OFFICIAL_FINALIZER],
        ownerReferences: [controlledBy(pool)],
      },
      spec: {},
    });
    await this.setStatus(WORKER.plural, name, status);
    return worker;
  }

  private async createPod(worker: KubeObject): Promise<void> {
    const name = `${RUN_ULID.toLowerCase()}-preparing-2`;
    const container = (of: string) => ({ name: of, image: 'public.ecr.aws/spacelift/launcher:1' });
    await this.cluster.kubeOk('POST', this.pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        labels: {
          'workers.spacelift.io/run-id': RUN_ULID,
          'workers.spacelift.io/worker': BUSY_ULID,
          'workers.spacelift.io/workerpool': POOL_ULID,
        },
        ownerReferences: [controlledBy(worker)],
      },
      spec: {
        restartPolicy: 'Never',
        initContainers: [container('init')],
        containers: [container('launcher-grpc'), container('worker')],
      },
    });
    const state = { restartCount: 0, ready: true, image: 'x', imageID: '', state: { running: {} } };
    const containerStatuses = ['launcher-grpc', 'worker'].map((of) => ({ name: of, ...state }));
    const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }], containerStatuses };
    await this.cluster.kubeOk('PATCH', `${this.pods}/${name}/status`, { status });
  }
}

function controlledBy({ apiVersion, kind, metadata }: KubeObject): object {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true };
}
