import type { ApiClient } from '../api/client';
import { POOLS, RESET_POOL, STACKS } from '../api/documents';
import { createPool, createStack, poolSecret, uploadSource } from '../api/operations';
import { makePoolKey } from '../../protocol/pool-key';
import { withPackedSource } from '../source/pack';
import { API_VERSION, type Condition, type WorkerPool } from '../../api';
import { until, type Kubernetes } from './kubernetes';
import { DEMO } from './settings';

/** Makes the pool at the control plane and in the cluster; a pool that is there already stays as it is. */
export async function ensurePool(kubernetes: Kubernetes, client: ApiClient): Promise<void> {
  const { name, namespace, size } = DEMO.pool;
  const { workerPools } = await client.query(POOLS);
  const known = workerPools.find((pool) => pool.name === name);
  if (!known || !(await kubernetes.get('secret', name, namespace))) {
    const { privateKeyPem, csrPem } = await makePoolKey('rsa');
    const { token } = known
      ? await resetPool(client, known.id, csrPem)
      : await createPool(client, { name, csrPem, description: 'The pool of the demo' });
    await kubernetes.apply(poolSecret({ name, namespace }, token, privateKeyPem));
  }
  await kubernetes.apply(workerPool(name, namespace, size));
}

/** The Secret with the private key was lost: the pool gets a new key and token, and keeps its runs. */
async function resetPool(client: ApiClient, id: string, csrPem: string): Promise<{ token: string }> {
  const { workerPoolReset } = await client.query(RESET_POOL, { id, csr: csrPem });
  return { token: workerPoolReset.config };
}

function workerPool(name: string, namespace: string, poolSize: number): WorkerPool {
  const ref = (key: string): { secretKeyRef: { name: string; key: string } } => ({ secretKeyRef: { name, key } });
  return {
    apiVersion: API_VERSION,
    kind: 'WorkerPool',
    metadata: { name, namespace },
    spec: {
      poolSize,
      token: ref('token'),
      privateKey: ref('privateKey'),
      // Kept, so that the Pods of the demo can be looked at afterwards.
      successfulPodsHistoryLimit: 2,
    },
  } as WorkerPool;
}

/** Waits until as many Workers are registered as are wanted. */
export async function waitForPool(kubernetes: Kubernetes): Promise<void> {
  const { name, namespace } = DEMO.pool;
  const read = (): Promise<WorkerPool | undefined> => kubernetes.get<WorkerPool>('workerpool', name, namespace);
  const condition = (pool: WorkerPool | undefined, type: string): Condition | undefined =>
    pool?.status?.conditions?.find((one) => one.type === type);
  await until(
    async () => condition(await read(), 'Ready')?.status === 'True',
    async () => {
      const message = condition(await read(), 'Ready')?.message ?? 'it has no status yet: is the operator running?';
      return `the WorkerPool ${namespace}/${name} does not become ready: ${message}`;
    },
  );
}

/** Makes the stack of the demo, or uploads its source again. */
export async function ensureStack(client: ApiClient): Promise<void> {
  const { name, source } = DEMO.stack;
  const { stacks } = await client.query(STACKS);
  if (!stacks.some((stack) => stack.name === name)) {
    await createStack(client, { name, pool: DEMO.pool.name, autoDeploy: true });
  }
  await withPackedSource(source, '', (packed) => uploadSource(client, name, packed));
}
