import type { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { ReleaseContext } from '../../../charting/chart';
import {
  and,
  concat,
  equals,
  isEmpty,
  merge,
  not,
  text,
  when,
  type Later,
  type StringMap,
} from '../../../charting/deferred';
import { addManifest, addManifestForEach, type Manifest } from '../../../charting/manifest';
import { metadata, serviceAccountName, type OperatorValues } from '../names';
import { objectLabels } from '../../shared/global-values';
import { keepsRunBudgets } from './disruption';
import {
  EDITOR_RULES,
  METRICS_AUTH_RULES,
  METRICS_READER_RULES,
  MINIMAL_RULES,
  OFFICIAL_RELEASE_SECRETS_RULES,
  OFFICIAL_RULES,
  RELEASE_SECRETS_RULES,
  RUN_BUDGET_RULES,
  VIEWER_RULES,
  type PolicyRule,
} from './rbac-rules';

const RBAC = 'rbac.authorization.k8s.io';

type Rules = Later<readonly PolicyRule[]>;

/** Roles and bindings of the controller. */
export function addRbac(scope: Construct, values: OperatorValues, context: ReleaseContext): void {
  const { rbac, namespaces } = values.controllerManager;
  const { create } = rbac;
  const official = equals(rbac.rules, 'official');
  const leaderElection = when<readonly PolicyRule[]>(
    official,
    OFFICIAL_RULES.leaderElection,
    MINIMAL_RULES.leaderElection,
  );
  const manager = when<readonly PolicyRule[]>(
    official,
    OFFICIAL_RULES.manager,
    concat(MINIMAL_RULES.manager, when(keepsRunBudgets(values), RUN_BUDGET_RULES)),
  );
  const everywhere = and(create, isEmpty(namespaces));
  const releaseSecrets = and(create, not(isEmpty(namespaces)));
  const releaseSecretsRules = when<readonly PolicyRule[]>(
    official,
    OFFICIAL_RELEASE_SECRETS_RULES,
    RELEASE_SECRETS_RULES,
  );
  const inNamespace = grants(values, context, 'Role');
  const inCluster = grants(values, context, 'ClusterRole');
  const { namespace } = context;

  addManifest(scope, 'leader-election-role', inNamespace.role('leader-election-role', leaderElection, namespace), {
    when: create,
  });
  addManifest(scope, 'leader-election-rolebinding', inNamespace.binding('leader-election', namespace), {
    when: create,
  });

  addManifest(scope, 'manager-clusterrole', inCluster.role('manager-role', manager), { when: everywhere });
  addManifest(scope, 'manager-clusterrolebinding', inCluster.binding('manager'), { when: everywhere });
  addManifestForEach(scope, 'manager-role', namespaces, (item) => inNamespace.role('manager-role', manager, item), {
    when: create,
  });
  addManifestForEach(scope, 'manager-rolebinding', namespaces, (item) => inNamespace.binding('manager', item), {
    when: create,
  });
  addManifest(
    scope,
    'manager-release-secrets-role',
    inNamespace.role('manager-release-secrets-role', releaseSecretsRules, namespace),
    { when: releaseSecrets },
  );
  addManifest(scope, 'manager-release-secrets-rolebinding', inNamespace.binding('manager-release-secrets', namespace), {
    when: releaseSecrets,
  });
}

/** What Kubernetes' own roles for people grant of pools and Workers, too. */
export function addUserRoles(scope: Construct, values: OperatorValues, context: ReleaseContext): void {
  const { rbac, namespaces } = values.controllerManager;
  const wanted = { when: and(rbac.create, rbac.aggregateClusterRoles, isEmpty(namespaces)) };
  const { role } = grants(values, context, 'ClusterRole');
  const aggregated = (suffix: string, roles: readonly string[], rules: readonly PolicyRule[]) => {
    const aggregation = Object.fromEntries(roles.map((name) => [`${RBAC}/aggregate-to-${name}`, 'true']));
    addManifest(scope, suffix, role(suffix, rules, undefined, aggregation), wanted);
  };
  aggregated('workerpool-viewer-role', ['view', 'edit', 'admin'], VIEWER_RULES);
  aggregated('workerpool-editor-role', ['edit', 'admin'], EDITOR_RULES);
}

/** Roles that guard the metrics: one lets the controller ask who scrapes it, one is for the scraper to be bound to. */
export function addMetricsRbac(scope: Construct, values: OperatorValues, context: ReleaseContext): void {
  const { controllerManager, metricsService } = values;
  const { role, binding } = grants(values, context, 'ClusterRole');
  const guarded = { when: and(controllerManager.rbac.create, metricsService.enabled, metricsService.secure) };
  addManifest(scope, 'metrics-auth-role', role('metrics-auth-role', METRICS_AUTH_RULES), guarded);
  addManifest(scope, 'metrics-auth-rolebinding', binding('metrics-auth'), guarded);
  addManifest(scope, 'metrics-reader-role', role('metrics-reader', METRICS_READER_RULES), guarded);
}

function grants(values: OperatorValues, context: ReleaseContext, kind: 'Role' | 'ClusterRole') {
  const named = (suffix: string, namespace?: Later<string>) => ({
    ...metadata(values, context, `-${suffix}`),
    namespace,
  });
  return {
    role: (suffix: string, rules: Rules | undefined, namespace?: Later<string>, aggregation?: StringMap) =>
      ({
        apiVersion: `${RBAC}/v1`,
        kind,
        metadata: {
          ...named(suffix, namespace),
          ...(aggregation && { labels: merge(aggregation, objectLabels(values, context)) }),
        },
        rules,
      }) as Manifest<k8s.KubeRoleProps>,
    binding: (what: string, namespace?: Later<string>): Manifest<k8s.KubeRoleBindingProps> => ({
      apiVersion: `${RBAC}/v1`,
      kind: `${kind}Binding`,
      metadata: named(`${what}-rolebinding`, namespace),
      roleRef: { apiGroup: RBAC, kind, name: text(context.fullName, `-${what}-role`) },
      subjects: [{ kind: 'ServiceAccount', name: serviceAccountName(values, context), namespace: context.namespace }],
    }),
  };
}
