import type { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { and, concat, equals, ifAny, isEmpty, merge, not, text, when, type Later } from '../../../charting/deferred';
import { addManifest, addManifestForEach, type Manifest } from '../../../charting/manifest';
import { keepsRunBudgets } from './disruption';
import {
  EDITOR_RULES,
  METRICS_AUTH_RULES,
  METRICS_READER_RULES,
  MINIMAL_RULES,
  OFFICIAL_RULES,
  RELEASE_SECRETS_RULES,
  RUN_BUDGET_RULES,
  VIEWER_RULES,
  type PolicyRule,
} from './rbac-rules';
import type { OperatorSettings } from '../settings';

const RBAC = 'rbac.authorization.k8s.io';

type Rules = Later<readonly PolicyRule[]>;

/** Roles and bindings of the controller. */
export function addRbac(scope: Construct, settings: OperatorSettings): void {
  const { create } = settings.rbac;
  const official = equals(settings.rbac.rules, 'official');
  const leaderElection = when<readonly PolicyRule[]>(
    official,
    OFFICIAL_RULES.leaderElection,
    MINIMAL_RULES.leaderElection,
  );
  const manager = when<readonly PolicyRule[]>(
    official,
    OFFICIAL_RULES.manager,
    concat(MINIMAL_RULES.manager, when(keepsRunBudgets(settings), RUN_BUDGET_RULES)),
  );
  const everywhere = and(create, isEmpty(settings.namespaces));
  const releaseSecrets = and(create, official, not(isEmpty(settings.namespaces)));
  const inNamespace = grants(settings, 'Role');
  const inCluster = grants(settings, 'ClusterRole');
  const { namespace } = settings;

  addManifest(scope, 'leader-election-role', inNamespace.role('leader-election-role', leaderElection, namespace), {
    when: create,
  });
  addManifest(scope, 'leader-election-rolebinding', inNamespace.binding('leader-election', namespace), {
    when: create,
  });

  addManifest(scope, 'manager-clusterrole', inCluster.role('manager-role', manager), { when: everywhere });
  addManifest(scope, 'manager-clusterrolebinding', inCluster.binding('manager'), { when: everywhere });
  addManifestForEach(
    scope,
    'manager-role',
    settings.namespaces,
    (item) => inNamespace.role('manager-role', manager, item),
    { when: create },
  );
  addManifestForEach(
    scope,
    'manager-rolebinding',
    settings.namespaces,
    (item) => inNamespace.binding('manager', item),
    { when: create },
  );
  addManifest(
    scope,
    'manager-release-secrets-role',
    inNamespace.role('manager-release-secrets-role', RELEASE_SECRETS_RULES, namespace),
    { when: releaseSecrets },
  );
  addManifest(scope, 'manager-release-secrets-rolebinding', inNamespace.binding('manager-release-secrets', namespace), {
    when: releaseSecrets,
  });
}

/** What Kubernetes' own roles for people grant of pools and Workers, too. */
export function addUserRoles(scope: Construct, settings: OperatorSettings): void {
  const { create, aggregateClusterRoles } = settings.rbac;
  const wanted = { when: and(create, aggregateClusterRoles, isEmpty(settings.namespaces)) };
  const role = (suffix: string, roles: readonly string[], rules: readonly PolicyRule[]) =>
    addManifest<k8s.KubeClusterRoleProps>(
      scope,
      suffix,
      {
        apiVersion: `${RBAC}/v1`,
        kind: 'ClusterRole',
        metadata: {
          name: text(settings.name, '-', suffix),
          labels: merge(
            Object.fromEntries(roles.map((name) => [`${RBAC}/aggregate-to-${name}`, 'true'])),
            settings.labels,
          ),
          annotations: ifAny(settings.annotations),
        },
        rules: rules,
      },
      wanted,
    );
  role('workerpool-viewer-role', ['view', 'edit', 'admin'], VIEWER_RULES);
  role('workerpool-editor-role', ['edit', 'admin'], EDITOR_RULES);
}

/** Roles that guard the metrics: one lets the controller ask who scrapes it, one is for the scraper to be bound to. */
export function addMetricsRbac(scope: Construct, settings: OperatorSettings): void {
  const { role, binding } = grants(settings, 'ClusterRole');
  const guarded = { when: and(settings.rbac.create, settings.metrics.enabled, settings.metrics.secure) };
  addManifest(scope, 'metrics-auth-role', role('metrics-auth-role', METRICS_AUTH_RULES), guarded);
  addManifest(scope, 'metrics-auth-rolebinding', binding('metrics-auth'), guarded);
  addManifest(scope, 'metrics-reader-role', role('metrics-reader', METRICS_READER_RULES), guarded);
}

function grants(settings: OperatorSettings, kind: 'Role' | 'ClusterRole') {
  const metadata = (suffix: string, namespace?: Later<string>) => ({
    name: text(settings.name, '-', suffix),
    ...(namespace === undefined ? {} : { namespace }),
    labels: settings.labels,
    annotations: ifAny(settings.annotations),
  });
  return {
    role: (name: string, rules: Rules | undefined, namespace?: Later<string>) =>
      ({ apiVersion: `${RBAC}/v1`, kind, metadata: metadata(name, namespace), rules }) as Manifest<k8s.KubeRoleProps>,
    binding: (what: string, namespace?: Later<string>): Manifest<k8s.KubeRoleBindingProps> => ({
      apiVersion: `${RBAC}/v1`,
      kind: `${kind}Binding`,
      metadata: metadata(`${what}-rolebinding`, namespace),
      roleRef: { apiGroup: RBAC, kind, name: text(settings.name, `-${what}-role`) },
      subjects: [{ kind: 'ServiceAccount', name: settings.serviceAccount.name, namespace: settings.namespace }],
    }),
  };
}
