import { API_CREDENTIALS_SECRET, GROUP, WORKER, WORKER_POOL } from '../../../api';

export interface PolicyRule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly verbs: readonly string[];
}

/** The rules of each role, in this project's own sets and in the official chart's. */
export interface RuleSet {
  readonly manager: readonly PolicyRule[];
  readonly leaderElection: readonly PolicyRule[];
}

const KINDS = [WORKER_POOL.plural, WORKER.plural];
const STATUSES = KINDS.map((kind) => `${kind}/status`);
const FINALIZERS = KINDS.map((kind) => `${kind}/finalizers`);

/**
 * What this project's controller does, and nothing else. The controllers of the integration tests have these rules and no
 * others, and what they asked the API server for is compared with them when all tests are over (test/support/rights-used.ts).
 */
export const MINIMAL_RULES: RuleSet = {
  manager: [
    // A patch shortens the deadline of a finished Pod that is kept, which ends its sidecars.
    { apiGroups: [''], resources: ['pods'], verbs: ['create', 'delete', 'get', 'list', 'patch', 'watch'] },
    // Secrets are read by the name that a WorkerPool gives, so nobody needs to be able to list them. The others are for
    // the Secrets of pools that register themselves.
    { apiGroups: [''], resources: ['secrets'], verbs: ['create', 'delete', 'get', 'update'] },
    // That an initialization policy is missing is told before the first run.
    { apiGroups: [''], resources: ['configmaps'], verbs: ['get'] },
    { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
    { apiGroups: [GROUP], resources: [WORKER_POOL.plural], verbs: ['list', 'patch', 'watch'] },
    { apiGroups: [GROUP], resources: [WORKER.plural], verbs: ['create', 'delete', 'get', 'list', 'patch', 'watch'] },
    { apiGroups: [GROUP], resources: STATUSES, verbs: ['patch'] },
    // An owner reference that blocks deletion needs this where OwnerReferencesPermissionEnforcement is on (OpenShift).
    { apiGroups: [GROUP], resources: FINALIZERS, verbs: ['update'] },
  ],
  leaderElection: [{ apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create', 'get', 'update'] }],
};

/** Where the controller keeps budgets of run Pods. */
export const RUN_BUDGET_RULES: readonly PolicyRule[] = [
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: ['create', 'delete', 'get', 'list', 'watch'] },
];

const EVERYTHING = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

/** What the official chart grants, for Spacelift's own controller; and `patch` of Pods, which this project's needs. */
export const OFFICIAL_RULES: RuleSet = {
  manager: [
    { apiGroups: [''], resources: ['pods'], verbs: ['create', 'delete', 'get', 'list', 'patch', 'watch'] },
    // It stores tokens and private keys of the pools that it registers by itself.
    { apiGroups: [''], resources: ['secrets'], verbs: ['create', 'delete', 'get', 'list', 'update', 'watch'] },
    { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
    { apiGroups: [GROUP], resources: KINDS, verbs: EVERYTHING },
    { apiGroups: [GROUP], resources: STATUSES, verbs: ['get', 'patch', 'update'] },
    { apiGroups: [GROUP], resources: FINALIZERS, verbs: ['update'] },
  ],
  leaderElection: [
    { apiGroups: [''], resources: ['configmaps'], verbs: EVERYTHING },
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: EVERYTHING },
    { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
  ],
};

const POOLS_AND_WORKERS = { apiGroups: [GROUP], resources: KINDS };
const SCALE = `${WORKER_POOL.plural}/scale`;

/** For people who look at pools: Kubernetes' own roles `view`, `edit` and `admin` take it in. */
export const VIEWER_RULES: readonly PolicyRule[] = [
  { ...POOLS_AND_WORKERS, verbs: ['get', 'list', 'watch'] },
  { apiGroups: [GROUP], resources: [...STATUSES, SCALE], verbs: ['get'] },
];

/** For people who make and change pools: Kubernetes' own roles `edit` and `admin` take it in. */
export const EDITOR_RULES: readonly PolicyRule[] = [
  { ...POOLS_AND_WORKERS, verbs: ['create', 'delete', 'deletecollection', 'patch', 'update'] },
  { apiGroups: [GROUP], resources: [SCALE], verbs: ['patch', 'update'] },
];

/** For the Secret with API credentials beside the controller, where WorkerPools live in other namespaces. */
export const RELEASE_SECRETS_RULES: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['secrets'], resourceNames: [API_CREDENTIALS_SECRET], verbs: ['get'] },
];

/** What the official chart grants for it. */
export const OFFICIAL_RELEASE_SECRETS_RULES: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'watch'] },
];

/** Lets the controller ask the API server who scrapes its metrics. */
export const METRICS_AUTH_RULES: readonly PolicyRule[] = [
  { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
  { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
];

/** For whoever scrapes the metrics to be bound to. */
export const METRICS_READER_RULES: readonly PolicyRule[] = [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }];
