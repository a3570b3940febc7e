import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import type { WorkerPool } from '../../src/api';
import { buildRunPod, type RunPod } from '../../src/controller/run';
import { hasLimitOfNamespace } from '../../src/controller/run/pod';
import { anAssignment, aPool, POOL_ULID, WORKER_ID, WORKER_METADATA } from '../controller/run/fixtures';
import { createNamespace, kubeOk } from '../support/kube';

const EXAMPLES = 'examples/workerpools';
const examples = readdirSync(EXAMPLES).flatMap((file) =>
  parseAllDocuments(readFileSync(join(EXAMPLES, file), 'utf8'))
    .map((document) => document.toJS() as WorkerPool & { kind: string })
    .filter(({ kind }) => kind === 'WorkerPool')
    .map((pool): [string, WorkerPool] => [`${file}: ${pool.metadata.name}`, pool]),
);

let namespace: string;

beforeAll(async () => {
  namespace = await createNamespace('run-pods');
  for (const name of new Set(['default', ...examples.flatMap(([, { spec }]) => spec?.pod?.serviceAccountName || [])])) {
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts`;
    await kubeOk('APPLY', `${path}/${name}?fieldManager=test`, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name },
    });
  }
});

/** What the API server would store. */
function wouldBe(pool: WorkerPool, at = namespace): Promise<RunPod> {
  const worker = { metadata: { ...WORKER_METADATA, namespace: at } };
  const pod = buildRunPod({ assignment: anAssignment(), pool, poolUlid: POOL_ULID, worker, workerId: WORKER_ID });
  const body = { ...pod, metadata: { ...pod.metadata, ownerReferences: [] } };
  return kubeOk<RunPod>('POST', `/api/v1/namespaces/${at}/pods?dryRun=All&fieldValidation=Strict`, body);
}

describe('every documented pool becomes a Pod that the API server takes', () => {
  test('and there are some', () => expect(examples.length).toBeGreaterThan(5));

  test.each(examples)('%s', async (_name, pool) => {
    expect((await wouldBe(pool)).spec.containers.length).toBeGreaterThanOrEqual(2);
  });
});

test('a limit that a LimitRange sets is known from the Pod, and told from one that the pool sets', async () => {
  const small = await createNamespace('small');
  await kubeOk('POST', `/api/v1/namespaces/${small}/limitranges`, {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'defaults' },
    spec: {
      limits: [{ type: 'Container', default: { memory: '48Mi', cpu: '1' }, defaultRequest: { memory: '16Mi' } }],
    },
  });
  await kubeOk('APPLY', `/api/v1/namespaces/${small}/serviceaccounts/default?fieldManager=test`, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default' },
  });
  const workerContainer = { resources: { limits: { memory: '1Gi' } } };
  const pod = await wouldBe(aPool({ pod: { workerContainer } }), small);
  const set = ['init', 'launcher-grpc', 'worker'].filter((name) => hasLimitOfNamespace(pod, name));
  expect(set).toEqual(['init', 'launcher-grpc']);
});
