/**
 * Every name that the outside can see: group, kinds, labels, annotations, finalizers, containers, paths, variables.
 * They are Spacelift's documented names, so that manifests, dashboards and scripts written for its operator keep working.
 */

export const GROUP = 'workers.spacelift.io';
export const VERSION = 'v1beta1';
export const API_VERSION = `${GROUP}/${VERSION}`;

export const WORKER_POOL = { kind: 'WorkerPool', plural: 'workerpools', singular: 'workerpool' } as const;
export const WORKER = { kind: 'Worker', plural: 'workers', singular: 'worker' } as const;

export const LABEL = {
  /** On a WorkerPool: the upper-case ULID that the control plane knows the pool by. */
  poolUlid: `${GROUP}/ulid`,
  /** On Workers and run Pods: the ULID of their pool. */
  workerPool: `${GROUP}/workerpool`,
  /** On run Pods: the ULID of the Worker that runs it. */
  worker: `${GROUP}/worker`,
  /** On run Pods: the ULID of the run. */
  runId: `${GROUP}/run-id`,
} as const;

/** The key of `status.selector`: deliberately on no Pod, see docs/api.md. */
export const UNUSED_SELECTOR_LABEL = `${GROUP}/not-used`;

export const ANNOTATION = {
  /** On Workers: the name of their WorkerPool; a printer column reads it. */
  workerPoolName: `${GROUP}/workerpool-name`,
  /** On run Pods: stage, attempt and fencing number of the assignment that the Pod carries out. */
  stage: `${GROUP}/stage`,
  attempt: `${GROUP}/attempt`,
  fence: `${GROUP}/fence`,
} as const;

export const FINALIZER = {
  /** Keeps a Worker until the control plane has agreed that it gets no further run. */
  worker: `${GROUP}/retire`,
  /** Keeps a WorkerPool until its last Worker is retired. */
  workerPool: `${GROUP}/drain`,
} as const;

/** Containers of a run Pod, in their order. */
export const CONTAINER = { init: 'init', relay: 'launcher-grpc', worker: 'worker' } as const;

export const PATH = {
  workspace: '/opt/spacelift/workspace',
  binariesCache: '/opt/spacelift/binaries_cache',
  binaries: '/opt/spacelift/binaries',
  /** Token and private key of the pool. */
  credentials: '/opt/spacelift/credentials',
  /** Files through which the relay and the worker container talk; see docs/protocol.md. */
  exchange: '/opt/spacelift/exchange',
  /** Certificates of further authorities, which controller, `init` and relay trust where somebody mounts them. */
  certificates: '/opt/spacelift/certs',
  initializationPolicy: '/opt/spacelift/policies/initialization',
  /** Where Debian, Alpine and most runner images keep the certificates that they trust, in one file. */
  trustedCertificates: '/etc/ssl/certs/ca-certificates.crt',
} as const;

/** Variables of `initContainer.env` that Spacelift documents. */
export const INIT_VARIABLE = {
  /** Path of a policy that each run must pass before it begins. */
  initializationPolicy: 'SPACELIFT_LAUNCHER_RUN_INITIALIZATION_POLICY',
  /** Name of a VCS agent pool; a number follows, from 0 up. */
  vcsAgentPoolName: 'SPACELIFT_PRIVATEVCS_MAPPING_NAME_',
  /** Where the workers find that pool's VCS system; the same number follows. */
  vcsAgentBaseEndpoint: 'SPACELIFT_PRIVATEVCS_MAPPING_BASE_ENDPOINT_',
} as const;

/** Volumes that the operator adds to a run Pod; the first two only where the pool has none of its own. */
export const VOLUME = {
  workspace: 'workspace',
  binariesCache: 'binaries-cache',
  binaries: 'spacelift-binaries',
  exchange: 'spacelift-exchange',
  credentials: 'spacelift-credentials',
} as const;

/** Which volumes the operator mounts, at their `PATH`. Never the credentials into `worker`: no step must see them. */
export const MOUNTS = {
  init: ['workspace', 'exchange', 'binariesCache', 'binaries', 'credentials'],
  relay: ['workspace', 'exchange', 'credentials'],
  worker: ['workspace', 'exchange', 'binariesCache', 'binaries'],
} as const satisfies Record<keyof typeof CONTAINER, readonly (keyof typeof VOLUME)[]>;

/** The user and group that the built-in containers run as. */
export const RUN_AS = 1983;

/** The images of this package, without their tag. */
export const IMAGE = {
  controller: 'cdk8s-worker-pools/controller',
  controlPlane: 'cdk8s-worker-pools/control-plane',
  launcher: 'cdk8s-worker-pools/launcher',
  runner: 'cdk8s-worker-pools/runner',
} as const;

/** `status.state` of a Worker. */
export const WORKER_STATE = { idle: 'IDLE', busy: 'BUSY', drained: 'DRAINED' } as const;

/** Variables of the controller, and no flags, so that Spacelift's own controller image passes them over. */
export const CONTROLLER_VARIABLE = {
  /** Name of the Lease that the replicas of one installation compete for; two in one namespace have one each. */
  leaseName: 'WORKER_POOLS_LEASE_NAME',
  /** `true` has it keep a PodDisruptionBudget wherever runs are carried out. */
  runDisruptionBudget: 'WORKER_POOLS_RUN_DISRUPTION_BUDGET',
  /** File with the token of the ServiceAccount that stands for the secret of an API key. */
  apiTokenFile: 'WORKER_POOLS_API_TOKEN_FILE',
} as const;

/** The Secret in the namespace of the controller with which pools register themselves that have no credentials for it. */
export const API_CREDENTIALS_SECRET = 'spacelift-api-credentials';

/** The PodDisruptionBudget that keeps run Pods of a namespace. */
export const RUN_BUDGET = {
  name: 'worker-pool-runs',
  label: `${GROUP}/disruption-budget`,
  value: 'runs',
  /**
   * More Pods than there can be. Kubernetes cannot compute a percentage of Pods whose owner has no scale subresource, and a
   * Worker has none.
   */
  minAvailable: 2_147_483_647,
} as const;
