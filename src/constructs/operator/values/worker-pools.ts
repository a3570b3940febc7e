import { DEFAULTS, WORKER_POOL_KIND, type JsonSchema, type WorkerPoolSpec } from '../../../api';
import { objectSchema } from '../../../api/field';
import { LIMIT } from '../../../api/worker-pool/rules';
import { LABEL_LIMIT, NAMESPACE_NAME, OBJECT, QUANTITY } from '../../../charting/kubernetes-names';
import type { GivenObject } from '../../../charting/manifest';
import {
  distinctStrings,
  flag,
  group,
  listOf,
  object,
  objects,
  string,
  stringMap,
  type ValueSchema,
  type ValuesOf,
} from '../../../charting/values';

const ACCESS_MODES = ['ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod', 'ReadOnlyMany'];

/** Keys of a pool's Secret where nobody names others: those of `worker-pools pool create`. */
export const CREDENTIAL_KEYS = { token: 'token', privateKey: 'privateKey' } as const;

const poolMembers = {
  name: string('', 'Name of the WorkerPool.', {
    pattern: OBJECT.pattern,
    maxLength: LIMIT.poolName,
  }),
  namespace: string('', "Namespace of the WorkerPool, which has to exist; empty means the release's.", {
    pattern: `${NAMESPACE_NAME}|^$`,
    maxLength: LABEL_LIMIT,
  }),
  labels: stringMap({}, 'More labels of the WorkerPool, its Secret and its claim.'),
  annotations: stringMap({}, 'Annotations of the WorkerPool, its Secret and its claim.'),
  credentials: group(
    'Token and private key by which the pool proves itself. Left out, spec names them, or the pool registers itself.',
    {
      existingSecret: string('', "Secret in the pool's namespace that holds both."),
      token: string('', 'The token itself; the chart makes the Secret <name>-credentials. Keep it out of Git.'),
      privateKey: string('', 'Base64 of the PEM file of the private key; belongs with token.'),
      tokenKey: string('', `Key of the Secret that holds the token; empty means ${CREDENTIAL_KEYS.token}.`),
      privateKeyKey: string(
        '',
        `Key of the Secret that holds the private key; empty means ${CREDENTIAL_KEYS.privateKey}.`,
      ),
    },
  ),
  binariesCache: group('A volume that keeps downloaded tools from run to run.', {
    claimName: string('', "PersistentVolumeClaim in the pool's namespace."),
    create: group('The PersistentVolumeClaim <name>-binaries-cache, made by the chart.', {
      size: string('', 'Size, for instance 10Gi.', { pattern: QUANTITY }),
      storageClassName: string('', "StorageClass; empty means the cluster's default."),
      accessModes: distinctStrings([], 'Access modes; empty means ReadWriteMany, which several run Pods need.', {
        enum: ACCESS_MODES,
      }),
    }),
  }),
  spec: object<WorkerPoolSpec>(
    {},
    'The rest of the WorkerPool, field by field as `kubectl explain workerpool.spec` describes it.',
    openInside(objectSchema(WORKER_POOL_KIND.spec)),
  ),
};

/** WorkerPools and whatever else shall come with the release. */
export const releaseObjectValues = {
  workerPools: listOf(
    'pool',
    poolMembers,
    ['name'],
    `WorkerPools that come with the release. On a cluster without the CRDs, give helm install --wait: the pools are made when the CRDs are served. poolSize is ${DEFAULTS.poolSize} where spec does not set it.`,
  ),
  keepWorkerPools: flag(
    true,
    'Whether the pools of workerPools, with their Secrets and claims, stay when they leave the list and when the release is uninstalled. Pools that were made together with the CRDs belong to the release from its next upgrade on, and stay before. If false, Helm deletes them together with the controller, which has to be there to end a WorkerPool: empty workerPools in an upgrade first.',
  ),
  extraObjects: objects<GivenObject>(
    [],
    'Objects that are installed as they stand here. Braces in them are no templates.',
    {
      required: ['apiVersion', 'kind', 'metadata'],
      properties: {
        apiVersion: {
          type: 'string',
          pattern: '^([-a-z0-9.]+/)?[a-z0-9]+$',
          description: 'API group and version of the object.',
        },
        kind: { type: 'string', minLength: 1, description: 'Kind of the object.' },
        metadata: {
          type: 'object',
          required: ['name'],
          properties: { name: { type: 'string', minLength: 1, description: 'Name of the object.' } },
        },
      },
    },
  ),
};

export type PoolValues = ValuesOf<typeof poolMembers>;

/** A schema of ours for values files: misspelt fields are refused; what is in Kubernetes' own types, its API checks. */
function openInside(schema: JsonSchema): ValueSchema {
  if (schema.$ref !== undefined) return { type: 'object', ...described(schema) };
  const { type, properties, items, additionalProperties, required, pattern, minimum, minLength, maxLength } = schema;
  const rules = (schema['x-kubernetes-validations'] ?? []).map(({ inValues }) => inValues);
  const fields = Object.entries(properties ?? {}).map(([name, field]) => [name, openInside(field)] as const);
  return withoutUndefined({
    type,
    ...described(schema),
    enum: schema.enum,
    pattern,
    minimum,
    minLength,
    maxLength,
    ...(Object.assign({}, ...rules) as ValueSchema),
    items: items && openInside(items),
    required,
    properties: properties && Object.fromEntries(fields),
    additionalProperties: properties === undefined ? additionalProperties && openInside(additionalProperties) : false,
  });
}

function described({ description }: JsonSchema): ValueSchema {
  return description === undefined ? {} : { description };
}

function withoutUndefined(schema: ValueSchema): ValueSchema {
  return Object.fromEntries(Object.entries(schema).filter(([, given]) => given !== undefined));
}
