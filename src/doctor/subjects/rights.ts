import {
  METRICS_AUTH_RULES,
  MINIMAL_RULES,
  RELEASE_SECRETS_RULES,
  RUN_BUDGET_RULES,
  type PolicyRule,
} from '../../constructs/operator/manifests/rbac-rules';
import type { KubeObject } from '../../controller/runtime';
import type { Controller } from '../controllers';
import type { Found } from '../finding';
import { groupsOf } from '../group';
import { ACCESS_REVIEWS } from '../kinds';
import { subject } from '../subject';
import type { ClusterView, Seen } from '../view';

/** What a controller has to be allowed, as a SubjectAccessReview asks for it. */
export interface Wish {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly name?: string;
  /** Undefined asks for all of them, or for what is in none. */
  readonly namespace: string | undefined;
}

interface Review extends KubeObject {
  readonly status?: { readonly allowed: boolean };
}

interface RightsFact {
  readonly controller: Controller;
  readonly answers: readonly { readonly wish: Wish; readonly allowed: Seen<boolean> }[];
}

const kinds = {
  'right-missing': {
    level: 'FAILED',
    meaning: 'The ServiceAccount of a controller may not do what the controller does.',
    mend: 'Install the roles of this version (controllerManager.rbac.create of the chart), or add the rule to yours.',
  },
  'rights-of-official': {
    level: 'WARNING',
    meaning: 'A controller was installed by the official chart. Whether its rights suffice is not looked at.',
    mend: 'Upgrade the release to the chart of this project; docs/guides/migrating-from-the-official-chart.md says how.',
  },
} as const;

type Code = keyof typeof kinds;

/** By the rules that the construct and the chart render. */
export function wishesOf(controller: Controller): Wish[] {
  const { namespaces, namespace, keepsBudgets, guardsMetrics } = controller;
  const places = namespaces.length === 0 ? [undefined] : namespaces;
  const manager = [...MINIMAL_RULES.manager, ...(keepsBudgets ? RUN_BUDGET_RULES : [])];
  return [
    ...places.flatMap((place) => manager.flatMap((rule) => wishesOfRule(rule, place))),
    ...(controller.lease === undefined
      ? []
      : MINIMAL_RULES.leaderElection.flatMap((rule) => wishesOfRule(rule, namespace))),
    ...(namespaces.length > 0 ? RELEASE_SECRETS_RULES.flatMap((rule) => wishesOfRule(rule, namespace)) : []),
    ...(guardsMetrics ? METRICS_AUTH_RULES.flatMap((rule) => wishesOfRule(rule, undefined)) : []),
  ];
}

function wishesOfRule(
  { apiGroups = [], resources = [], resourceNames = [], verbs }: PolicyRule,
  namespace?: string,
): Wish[] {
  const names = resourceNames.length === 0 ? [undefined] : resourceNames;
  return apiGroups.flatMap((group) =>
    resources.flatMap((whole) => {
      const [resource = '', subresource] = whole.split('/');
      return verbs.flatMap((verb) =>
        names.map((name) => ({
          verb,
          group,
          resource,
          namespace,
          ...(subresource && { subresource }),
          ...(name && { name }),
        })),
      );
    }),
  );
}

export function rightsFindings(facts: readonly RightsFact[]): Found<Code>[] {
  return facts.flatMap(({ controller, answers }): Found<Code>[] => {
    const account = `system:serviceaccount:${controller.namespace}:${controller.serviceAccount}`;
    const object = `ServiceAccount ${controller.namespace}/${controller.serviceAccount}`;
    if (!controller.isOurs) {
      const message = `Deployment ${controller.namespace}/${controller.name} is of the official chart`;
      return [{ code: 'rights-of-official', object, message }];
    }
    const denied = answers.filter(({ allowed }) => allowed === false).map(({ wish }) => wish);
    const samePlace = groupsOf(denied, ({ namespace, group, resource, subresource, name }) =>
      [group, resource, subresource, name, namespace].join('/'),
    );
    return samePlace.map((wishes) => {
      const [{ verb, group, resource, subresource, name, namespace }] = wishes;
      const plural = `${resource}${group && `.${group}`}${subresource ? `/${subresource}` : ''}`;
      const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
      const verbs = wishes.map((wish) => wish.verb).join(', ');
      const flag = namespace === undefined ? '--all-namespaces' : `--namespace ${namespace}`;
      return {
        code: 'right-missing',
        object,
        message: `it may not ${verbs} ${plural}${name ? ` "${name}"` : ''}${where}`,
        mend: `${kinds['right-missing'].mend} See with: kubectl auth can-i ${verb} ${plural} ${flag} --as ${account}`,
      };
    });
  });
}

async function ask(view: ClusterView, { namespace, serviceAccount }: Controller, wish: Wish): Promise<Seen<boolean>> {
  const { verb, group, resource, subresource, name } = wish;
  const review = await view.ask<Review>(ACCESS_REVIEWS, {
    metadata: { name: '' },
    spec: {
      user: `system:serviceaccount:${namespace}:${serviceAccount}`,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
      resourceAttributes: { verb, group, resource, subresource, name, namespace: wish.namespace },
    },
  } as Review);
  return review === 'unseen' ? review : review.status?.allowed === true;
}

export const rights = subject<readonly RightsFact[], Code>({
  name: 'rights',
  looksAt:
    'What the ServiceAccount of each controller may do (SubjectAccessReview), against the rules that chart and construct render for it.',
  kinds,
  gather: async ({ view, scene: { controllers } }) =>
    Promise.all(
      (controllers === 'unseen' ? [] : controllers).map(async (controller) => ({
        controller,
        answers: controller.isOurs
          ? await Promise.all(
              wishesOf(controller).map(async (wish) => ({ wish, allowed: await ask(view, controller, wish) })),
            )
          : [],
      })),
    ),
  findings: rightsFindings,
});
