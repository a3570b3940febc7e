import { errorFromAnswer, KubeError, type RefusalKind } from '../../../src/controller/runtime';

const REQUEST = 'POST /api/v1/namespaces/team/pods?dryRun=All';

/** An answer as the API server sends it. */
export function answer(status: number, message: string, more: object = {}): KubeError {
  return errorFromAnswer(REQUEST, status, JSON.stringify({ kind: 'Status', status: 'Failure', message, ...more }));
}

export interface Meaning {
  readonly kind: RefusalKind;
  readonly detail: string;
  readonly waitingHelps: boolean;
  readonly judged: boolean;
  readonly transient: boolean;
}

const SOMEBODY_MUST_ACT = { waitingHelps: false, transient: false };
const MAY_PASS = { waitingHelps: true, judged: false, transient: false };
const SOON_OVER = { ...MAY_PASS, transient: true };
const CHANGE = { waitingHelps: false, judged: true, transient: false };

export const ANSWERS: [string, KubeError, Meaning][] = [
  [
    'a webhook that nobody serves',
    answer(
      500,
      'Internal error occurred: failed calling webhook "pods.example.com": failed to call webhook: Post "https://127.0.0.1:9444/?timeout=10s": dial tcp 127.0.0.1:9444: connect: connection refused',
    ),
    {
      kind: 'webhook-down',
      detail: 'webhook "pods.example.com": dial tcp 127.0.0.1:9444: connect: connection refused',
      ...MAY_PASS,
    },
  ],
  [
    'a webhook whose Service is gone',
    answer(
      500,
      'Internal error occurred: failed calling webhook "a.b": failed to call webhook: Post "https://hook.ns.svc:443/?timeout=10s": service "hook" not found',
    ),
    { kind: 'webhook-down', detail: 'webhook "a.b": service "hook" not found', ...MAY_PASS },
  ],
  [
    'a webhook that took too long',
    answer(
      504,
      'Timeout: request did not complete within requested timeout - failed calling webhook "a.b": context deadline exceeded',
    ),
    {
      kind: 'webhook-down',
      detail:
        'Timeout: request did not complete within requested timeout - failed calling webhook "a.b": context deadline exceeded',
      ...MAY_PASS,
    },
  ],
  [
    'a webhook that cannot judge a dry run',
    answer(400, 'admission webhook "a.b" does not support dry run'),
    {
      kind: 'dry-run-unsupported',
      detail: 'admission webhook "a.b" does not support dry run',
      ...SOMEBODY_MUST_ACT,
      judged: false,
    },
  ],
  ...[400, 403, 422, 500].map((status): [string, KubeError, Meaning] => [
    `a webhook that says no by ${status}`,
    answer(status, 'admission webhook "images.example.com" denied the request: no tag'),
    { kind: 'policy', detail: 'admission webhook "images.example.com" denied the request: no tag', ...CHANGE },
  ]),
  [
    'an admission policy, which answers Invalid',
    answer(
      422,
      "pods \"x\" is forbidden: ValidatingAdmissionPolicy 'registry' with binding 'team' denied request: images come from registry.corp.example only",
    ),
    {
      kind: 'policy',
      detail:
        "ValidatingAdmissionPolicy 'registry' with binding 'team' denied request: images come from registry.corp.example only",
      ...CHANGE,
    },
  ],
  [
    'Pod Security',
    answer(403, 'pods "x" is forbidden: violates PodSecurity "restricted:latest": privileged'),
    { kind: 'policy', detail: 'violates PodSecurity "restricted:latest": privileged', ...CHANGE },
  ],
  [
    'an admission plugin without a rule of its own',
    answer(403, 'pods "x" is forbidden: node selector conflicts with the one of the namespace'),
    { kind: 'policy', detail: 'node selector conflicts with the one of the namespace', ...CHANGE },
  ],
  [
    'a quota that is used up',
    answer(403, 'pods "x" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1'),
    {
      kind: 'quota-full',
      detail: 'exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1',
      ...MAY_PASS,
      judged: true,
    },
  ],
  [
    'a quota that is smaller than one Pod',
    answer(
      403,
      'pods "x" is forbidden: exceeded quota: q, requested: limits.cpu=9,limits.memory=9Gi, used: limits.cpu=0,limits.memory=0, limited: limits.cpu=4,limits.memory=4Gi',
    ),
    {
      kind: 'quota-unfit',
      detail:
        'exceeded quota: q, requested: limits.cpu=9,limits.memory=9Gi, used: limits.cpu=0,limits.memory=0, limited: limits.cpu=4,limits.memory=4Gi',
      ...CHANGE,
    },
  ],
  [
    'a quota that wants limits',
    answer(
      403,
      'pods "x" is forbidden: failed quota: total: must specify limits.cpu for: init; limits.memory for: init',
    ),
    {
      kind: 'quota-unfit',
      detail: 'failed quota: total: must specify limits.cpu for: init; limits.memory for: init',
      ...CHANGE,
    },
  ],
  [
    'a quota that has not been counted yet',
    answer(403, 'pods "x" is forbidden: status unknown for quota: total, resources: pods'),
    { kind: 'busy', detail: 'status unknown for quota: total, resources: pods', ...SOON_OVER },
  ],
  [
    'a LimitRange',
    answer(403, 'pods "x" is forbidden: maximum memory usage per Container is 1Gi, but limit is 3Gi'),
    { kind: 'limit-range', detail: 'maximum memory usage per Container is 1Gi, but limit is 3Gi', ...CHANGE },
  ],
  [
    'a right that the controller lacks',
    answer(
      403,
      'workers.workers.spacelift.io is forbidden: User "system:serviceaccount:a:b" cannot create resource "workers" in API group "workers.spacelift.io" in the namespace "team"',
    ),
    {
      kind: 'rights',
      detail:
        'User "system:serviceaccount:a:b" cannot create resource "workers" in API group "workers.spacelift.io" in the namespace "team"',
      ...SOMEBODY_MUST_ACT,
      judged: false,
    },
  ],
  [
    'an owner that the controller may not name',
    answer(
      403,
      'pods "x" is forbidden: cannot set blockOwnerDeletion if an ownerReference refers to a resource you can\'t set finalizers on: , <nil>',
    ),
    {
      kind: 'rights',
      detail:
        "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: , <nil>",
      ...SOMEBODY_MUST_ACT,
      judged: false,
    },
  ],
  [
    'credentials that the API server does not know',
    answer(401, 'Unauthorized'),
    { kind: 'rights', detail: 'Unauthorized', ...SOMEBODY_MUST_ACT, judged: false },
  ],
  [
    'a missing RuntimeClass',
    answer(403, 'pods "x" is forbidden: pod rejected: RuntimeClass "gvisor" not found'),
    { kind: 'missing', detail: 'pod rejected: RuntimeClass "gvisor" not found', ...CHANGE },
  ],
  [
    'a missing PriorityClass',
    answer(403, 'pods "x" is forbidden: no PriorityClass with name urgent was found'),
    { kind: 'missing', detail: 'no PriorityClass with name urgent was found', ...CHANGE },
  ],
  [
    'a missing ServiceAccount',
    answer(
      403,
      'pods "x" is forbidden: error looking up service account team/runner: serviceaccount "runner" not found',
    ),
    {
      kind: 'missing',
      detail: 'error looking up service account team/runner: serviceaccount "runner" not found',
      ...CHANGE,
    },
  ],
  [
    'a name that must not be empty, which the API server takes for its own failure',
    answer(500, 'Internal error occurred: resource name may not be empty'),
    { kind: 'invalid', detail: 'resource name may not be empty', ...CHANGE },
  ],
  [
    'an invalid field',
    answer(422, 'Pod "x-1" is invalid: spec.dnsPolicy: Unsupported value: "Y"'),
    { kind: 'invalid', detail: 'spec.dnsPolicy: Unsupported value: "Y"', ...CHANGE },
  ],
  [
    'a malformed quantity',
    answer(400, 'Pod in version "v1" cannot be handled as a Pod: quantities must match'),
    { kind: 'invalid', detail: 'Pod in version "v1" cannot be handled as a Pod: quantities must match', ...CHANGE },
  ],
  [
    'a namespace that is being deleted',
    answer(
      403,
      'pods "x" is forbidden: unable to create new content in namespace team because it is being terminated',
      {
        details: { causes: [{ reason: 'NamespaceTerminating' }] },
      },
    ),
    {
      kind: 'namespace-gone',
      detail: 'unable to create new content in namespace team because it is being terminated',
      ...SOMEBODY_MUST_ACT,
      judged: true,
    },
  ],
  [
    'a namespace that is gone',
    answer(404, 'namespaces "team" not found'),
    { kind: 'namespace-gone', detail: 'namespaces "team" not found', ...SOMEBODY_MUST_ACT, judged: true },
  ],
  ['too many requests', answer(429, 'Too many requests'), { kind: 'busy', detail: 'Too many requests', ...SOON_OVER }],
  [
    'a conflict about the quota',
    answer(409, 'Operation cannot be fulfilled on resourcequotas "small": the object has been modified'),
    {
      kind: 'busy',
      detail: 'Operation cannot be fulfilled on resourcequotas "small": the object has been modified',
      ...SOON_OVER,
    },
  ],
  [
    'a key server that is down',
    answer(500, 'Internal error occurred: rpc error: code = Unavailable desc = kms'),
    { kind: 'server-error', detail: 'rpc error: code = Unavailable desc = kms', ...MAY_PASS },
  ],
  [
    'an API server behind a proxy without one',
    errorFromAnswer(REQUEST, 503, 'no server is available'),
    { kind: 'server-error', detail: 'no server is available', ...MAY_PASS },
  ],
  [
    'no connection',
    new KubeError({ status: 0, reason: 'ConnectionFailed', message: `${REQUEST}: connect ECONNREFUSED` }),
    { kind: 'no-answer', detail: 'connect ECONNREFUSED', ...SOON_OVER },
  ],
];
