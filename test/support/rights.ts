/* The API server's authorizer reads roles and bindings from caches of its own, which lag behind what was written. */
import { apiServer, type ApiServer } from './api-server';
import { eventually, kubeOk } from './kube';

/** What somebody wants to do: one of the two attributes of a SubjectAccessReview. */
export interface Wish {
  readonly resourceAttributes?: {
    readonly namespace?: string;
    readonly verb: string;
    readonly group: string;
    readonly resource: string;
    readonly subresource?: string;
    readonly name?: string;
  };
  readonly nonResourceAttributes?: { readonly path: string; readonly verb: string };
}

export interface Subject {
  readonly user: string;
  readonly groups?: readonly string[];
}

export const READ_METRICS: Wish = { nonResourceAttributes: { path: '/metrics', verb: 'get' } };

export const serviceAccount = (namespace: string, name: string): Subject => ({
  user: `system:serviceaccount:${namespace}:${name}`,
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
});

export async function isAllowed(subject: Subject, wish: Wish, server: ApiServer = apiServer()): Promise<boolean> {
  const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
  const body = { spec: { ...subject, ...wish } };
  return (await kubeOk<{ status: { allowed: boolean } }>('POST', path, body, server)).status.allowed;
}

/** Waits until the authorizer has heard of a right that was granted. */
export async function untilAllowed(subject: Subject, wish: Wish, server: ApiServer = apiServer()): Promise<void> {
  await eventually(async () => {
    if (!(await isAllowed(subject, wish, server))) {
      throw new Error(`${subject.user} is not allowed what was granted: ${JSON.stringify(wish)}`);
    }
  });
}

const RBAC = '/apis/rbac.authorization.k8s.io/v1';

interface Binding {
  readonly metadata: { readonly namespace?: string };
  readonly roleRef: { readonly kind: 'Role' | 'ClusterRole'; readonly name: string };
  readonly subjects?: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
}

interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

/** Waits until the authorizer has heard of every role and binding of a ServiceAccount. */
export async function untilRightsHold(namespace: string, account: string, server: ApiServer): Promise<void> {
  const subject = serviceAccount(namespace, account);
  const hold = async (binding: Binding): Promise<void> => {
    const rules = await rulesOf(binding, server);
    await Promise.all(rules.map((rule) => untilAllowed(subject, wishOf(rule, binding.metadata.namespace), server)));
  };
  await Promise.all((await bindingsOf(namespace, account, server)).map(hold));
}

async function bindingsOf(namespace: string, account: string, server: ApiServer): Promise<Binding[]> {
  const lists = await Promise.all(
    ['rolebindings', 'clusterrolebindings'].map((plural) =>
      kubeOk<{ items: Binding[] }>('GET', `${RBAC}/${plural}`, undefined, server),
    ),
  );
  return lists
    .flatMap(({ items }) => items)
    .filter(({ subjects = [] }) =>
      subjects.some((one) => one.kind === 'ServiceAccount' && one.name === account && one.namespace === namespace),
    );
}

async function rulesOf({ metadata, roleRef: { kind, name } }: Binding, server: ApiServer): Promise<readonly Rule[]> {
  const path = kind === 'Role' ? `${RBAC}/namespaces/${metadata.namespace}/roles` : `${RBAC}/clusterroles`;
  return (await kubeOk<{ rules?: Rule[] }>('GET', `${path}/${name}`, undefined, server)).rules ?? [];
}

/** One thing that a rule allows: the authorizer hears of a role as a whole. */
function wishOf({ verbs: [verb = ''], ...rule }: Rule, namespace: string | undefined): Wish {
  const [path] = rule.nonResourceURLs ?? [];
  if (path !== undefined) return { nonResourceAttributes: { path, verb } };
  const [[group = ''] = [], [plural = ''] = [], [name] = []] = [rule.apiGroups, rule.resources, rule.resourceNames];
  const [resource = '', subresource] = plural.split('/');
  return { resourceAttributes: { namespace, verb, group, resource, subresource, name } };
}
