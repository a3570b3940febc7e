/** What constructs and charts take where nobody says otherwise. */

export const OPERATOR_NAME = 'spacelift-workerpool-controller';

export const CONTROLLER_IMAGE = 'cdk8s-worker-pools/controller';

export const CONTROLLER_ARGS = ['--health-probe-bind-address=:8081', '--leader-elect'];

/** No CPU limit: throttling would delay the start of every run. */
export const CONTROLLER_RESOURCES = {
  limits: { memory: '512Mi' },
  requests: { cpu: '100m', memory: '128Mi' },
};

/** Meets the Pod Security Standard "restricted". */
export const HARDENED_CONTAINER = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
};

export const METRICS_SERVICE_PORT = { name: 'https', port: 8443, protocol: 'TCP', targetPort: 'metrics' } as const;

/**
 * Run Pods that a PodDisruptionBudget keeps: more than there can be. Kubernetes cannot compute a percentage of Pods whose
 * owner has no scale subresource, and a Worker has none.
 */
export const ALL_RUN_PODS = 2_147_483_647;

/** Deleting a definition deletes every WorkerPool and ends its runs, so Helm leaves the definitions where they are. */
export const CRD_ANNOTATIONS = { 'helm.sh/resource-policy': 'keep' };
