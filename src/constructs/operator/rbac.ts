import type { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { GROUP, WORKER, WORKER_POOL } from '../../api';
import { isEmpty, text, type Later } from '../template/deferred';
import { addManifest, addManifestForEach, type Manifest } from '../template/manifest';
import type { OperatorSettings } from './settings';

const RBAC = 'rbac.authorization.k8s.io';

interface PolicyRule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly verbs: readonly string[];
}

/** What the controller does to the API, and nothing else; the tests on a real API server run under these rules. */
const MANAGER_RULES: readonly PolicyRule[] = [
  // A patch shortens the deadline of a finished Pod that is kept, which ends its sidecars.
  { apiGroups: [''], resources: ['pods'], verbs: ['create', 'delete', 'get', 'list', 'patch', 'watch'] },
  // Secrets are read by the name that a WorkerPool gives, so nobody needs to be able to list them.
  { apiGroups: [''], resources: ['secrets'], verbs: ['get'] },
  { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
  { apiGroups: [GROUP], resources: [WORKER_POOL.plural], verbs: ['get', 'list', 'patch', 'watch'] },
  { apiGroups: [GROUP], resources: [WORKER.plural], verbs: ['create', 'delete', 'get', 'list', 'patch', 'watch'] },
  {
    apiGroups: [GROUP],
    resources: [`${WORKER_POOL.plural}/status`, `${WORKER.plural}/status`],
    verbs: ['get', 'patch', 'update'],
  },
  // An owner reference that blocks deletion needs this where OwnerReferencesPermissionEnforcement is on (OpenShift).
  {
    apiGroups: [GROUP],
    resources: [`${WORKER_POOL.plural}/finalizers`, `${WORKER.plural}/finalizers`],
    verbs: ['update'],
  },
];

const LEADER_ELECTION_RULES: readonly PolicyRule[] = [
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create', 'get', 'update'] },
];

/** Roles and bindings of the controller. */
export function addRbac(scope: Construct, settings: OperatorSettings): void {
  const everywhere = isEmpty(settings.namespaces);
  const inNamespace = grants(settings, 'Role');
  const inCluster = grants(settings, 'ClusterRole');

  addManifest(
    scope,
    'leader-election-role',
    inNamespace.role('leader-election', LEADER_ELECTION_RULES, settings.namespace),
  );
  addManifest(scope, 'leader-election-rolebinding', inNamespace.binding('leader-election', settings.namespace));

  addManifest(scope, 'manager-clusterrole', inCluster.role('manager', MANAGER_RULES), { when: everywhere });
  addManifest(scope, 'manager-clusterrolebinding', inCluster.binding('manager'), { when: everywhere });
  addManifestForEach(scope, 'manager-role', settings.namespaces, (namespace) =>
    inNamespace.role('manager', MANAGER_RULES, namespace),
  );
  addManifestForEach(scope, 'manager-rolebinding', settings.namespaces, (namespace) =>
    inNamespace.binding('manager', namespace),
  );
}

/** Roles that guard the metrics: one lets the controller ask who scrapes it, one is for the scraper to be bound to. */
export function addMetricsRbac(scope: Construct, settings: OperatorSettings, guarded: Later<boolean>): void {
  const { role, binding } = grants(settings, 'ClusterRole');
  const rules: readonly PolicyRule[] = [
    { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
    { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
  ];
  addManifest(scope, 'metrics-auth-role', role('metrics-auth', rules), { when: guarded });
  addManifest(scope, 'metrics-auth-rolebinding', binding('metrics-auth'), { when: guarded });
  const reader = role('metrics-reader', [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }]);
  addManifest(
    scope,
    'metrics-reader-role',
    { ...reader, metadata: { name: text(settings.name, '-metrics-reader'), labels: settings.labels } },
    { when: guarded },
  );
}

function grants(settings: OperatorSettings, kind: 'Role' | 'ClusterRole') {
  const metadata = (suffix: string, namespace?: Later<string>) => ({
    name: text(settings.name, suffix),
    ...(namespace === undefined ? {} : { namespace }),
    labels: settings.labels,
  });
  return {
    role: (what: string, rules: readonly PolicyRule[], namespace?: Later<string>) =>
      ({
        apiVersion: `${RBAC}/v1`,
        kind,
        metadata: metadata(`-${what}-role`, namespace),
        rules,
      }) as Manifest<k8s.KubeRoleProps>,
    binding: (what: string, namespace?: Later<string>): Manifest<k8s.KubeRoleBindingProps> => ({
      apiVersion: `${RBAC}/v1`,
      kind: `${kind}Binding`,
      metadata: metadata(`-${what}-rolebinding`, namespace),
      roleRef: { apiGroup: RBAC, kind, name: text(settings.name, `-${what}-role`) },
      subjects: [{ kind: 'ServiceAccount', name: settings.serviceAccount.name, namespace: settings.namespace }],
    }),
  };
}
