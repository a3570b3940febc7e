import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { PATIENCE_MS } from '../../src/controller/pool-registry';
import { systemClock } from '../../src/time';
import { makeStack, TestControlPlane } from '../control-plane/support/control-plane';
import { installCrds, newPool, PoolObjects, startController, type RunningController } from '../support/controlled-pool';
import { ApiProxy } from '../support/api-proxy';
import { createNamespace, eventually, kubeOk } from '../support/kube';

jest.setTimeout(120_000);

const POOL = 'pool';
const POOLS = '/apis/workers.spacelift.io/v1beta1';
let controlPlane: TestControlPlane;
let objects: PoolObjects;
let controller: RunningController;
let proxy: ApiProxy;
/** How far the controller's clock is ahead, in milliseconds. */
let ahead: number;

beforeAll(async () => {
  await installCrds();
  proxy = await ApiProxy.start();
});

afterAll(() => proxy.close());

beforeEach(async () => {
  controlPlane = await TestControlPlane.start();
  objects = new PoolObjects(await createNamespace('bounds'));
  ahead = 0;
  controller = await startController(
    objects.namespace,
    { kubeconfig: proxy.kubeconfig },
    { clock: { ...systemClock, now: () => Date.now() + ahead } },
  );
});

afterEach(async () => {
  await controller.stop();
  await controlPlane.close();
});

const untilReady = (): Promise<void> => objects.untilCondition(POOL, 'Ready', { status: 'True' });

async function readyPool(poolSize: number) {
  const made = await objects.addPool(controlPlane, POOL, { poolSize, mqttReconnectRetryCount: 0 });
  await untilReady();
  return made;
}

/** Time goes by, and somebody changes something, so that the pool and its Workers are looked at. */
async function letPass(ms: number): Promise<void> {
  ahead += ms;
  await kubeOk('PATCH', `${POOLS}/namespaces/${objects.namespace}/workerpools/${POOL}`, {
    spec: { pod: { annotations: { looked: String(ahead) } } },
  });
}

/** The controller has had a pass over the pool as it is now. */
async function untilLookedAt(): Promise<void> {
  await eventually(async () => {
    const pool = await objects.pool(POOL);
    expect(pool?.status?.observedGeneration).toBe(pool?.metadata.generation);
  });
}

async function expectPatientEnd(): Promise<void> {
  await eventually(async () =>
    expect(await objects.condition(POOL, 'Ready')).toMatchObject({
      status: 'False',
      reason: 'Draining',
      message: expect.stringMatching(/^The pool is being deleted; 2 Workers left: .* go at \d{4}-.*Z, others/),
    }),
  );
  await letPass(PATIENCE_MS / 2);
  await untilLookedAt();
  await letPass(PATIENCE_MS / 2 + 1_000);
  await eventually(async () => {
    expect(await objects.pool(POOL)).toBeUndefined();
    expect(await objects.workers()).toEqual([]);
  });
}

describe('a deleted pool', () => {
  it('goes after a stated time when its control plane is gone', async () => {
    await readyPool(2);
    await controlPlane.close();
    await objects.deletePool(POOL);
    await expectPatientEnd();
  });

  it('goes after a stated time when its Secret is gone, too', async () => {
    await readyPool(2);
    await controlPlane.close();
    await kubeOk('DELETE', `/api/v1/namespaces/${objects.namespace}/secrets/${POOL}`);
    await objects.deletePool(POOL);
    await expectPatientEnd();
  });

  it('goes after a stated time when its Workers were deleted, too', async () => {
    await readyPool(2);
    await controlPlane.close();
    await kubeOk('DELETE', `${POOLS}/namespaces/${objects.namespace}/workers`);
    await objects.deletePool(POOL);
    await expectPatientEnd();
  });

  it('keeps a Worker whose Pod runs, whatever the time, and goes when the Pod has ended', async () => {
    const { id } = await readyPool(1);
    await makeStack(controlPlane, id);
    const run = await controlPlane.admin.createRun({ stack: 'stack' });
    const pod = `/api/v1/namespaces/${objects.namespace}/pods/${run.id.toLowerCase()}-preparing-1`;
    const containerStatuses = ['launcher-grpc', 'worker'].map((name) => ({
      ...{ name, image: 'x', imageID: 'x', ready: true, restartCount: 0 },
      state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
    }));
    await eventually(() => kubeOk('PATCH', `${pod}/status`, { status: { phase: 'Running', containerStatuses } }));
    await controlPlane.close();
    await objects.deletePool(POOL);
    await letPass(2 * PATIENCE_MS);
    await eventually(async () =>
      expect((await objects.condition(POOL, 'Ready'))?.message).toMatch(
        /1 Worker left.*others when their runs are over/,
      ),
    );
    await letPass(2 * PATIENCE_MS);
    await untilLookedAt();
    expect(await objects.workers()).toHaveLength(1);
    await kubeOk('PATCH', `${pod}/status`, { status: { phase: 'Failed' } });
    await eventually(async () => expect(await objects.pool(POOL)).toBeUndefined());
  });
});

it('a pool that is scaled down again before all were made makes few of them', async () => {
  await readyPool(0);
  await objects.scale(POOL, 10_000);
  const posts = new RegExp(`/namespaces/${objects.namespace}/workers$`);
  await eventually(() => expect(proxy.count('POST', posts)).toBeGreaterThan(10));
  await objects.scale(POOL, 2);
  await eventually(
    async () => expect(await objects.condition(POOL, 'Ready')).toMatchObject({ message: '2 Workers ready.' }),
    100_000,
  );
  expect(proxy.count('POST', posts)).toBeLessThanOrEqual(1_500);
});

it('a pool that grows says in between how far it is', async () => {
  await readyPool(0);
  await objects.scale(POOL, 1_200);
  await eventually(
    async () =>
      expect(await objects.condition(POOL, 'Ready')).toMatchObject({ status: 'True', message: '1200 Workers ready.' }),
    100_000,
  );
  const status = `/namespaces/${objects.namespace}/workerpools/${POOL}/status`;
  const written = proxy.requests.filter(({ path }) => path.includes(status)).map(({ body }) => body);
  expect(written.filter((body) => /"(500|1000) of 1200 Workers ready\."/.test(body))).not.toEqual([]);
});

it('a WorkerPool that gets the token of another pool replaces its Workers, and leaves none behind', async () => {
  const former = await readyPool(2);
  const before = (await objects.workers()).map(({ metadata }) => metadata.name);
  const latter = await newPool(controlPlane);
  await objects.putSecret(POOL, latter.secret);
  await letPass(180_000);
  await eventually(async () => {
    expect((await objects.pool(POOL))?.metadata.labels).toMatchObject({ 'workers.spacelift.io/ulid': latter.id });
    expect(await controlPlane.admin.workers(latter.id)).toHaveLength(2);
    expect(await controlPlane.admin.workers(former.id)).toEqual([]);
    const names = (await objects.workers()).map(({ metadata }) => metadata.name);
    expect(names).toHaveLength(2);
    expect(names.filter((name) => before.includes(name))).toEqual([]);
  });
  await untilReady();
});

it('a manifest that is applied again, as Terraform does, finds nothing to change', async () => {
  const { secret } = await newPool(controlPlane);
  await objects.putSecret(POOL, secret);
  const reference = (key: string) => ({ secretKeyRef: { name: POOL, key } });
  const manifest = {
    apiVersion: 'workers.spacelift.io/v1beta1',
    kind: 'WorkerPool',
    metadata: { name: POOL },
    spec: {
      token: reference('token'),
      privateKey: reference('privateKey'),
      pod: { workerContainer: { resources: { limits: { memory: '2Gi', cpu: 2 }, requests: { cpu: '0.5' } } } },
    },
  };
  const applied = await objects.apply(POOL, manifest);
  const settled = await objects.untilSettled(POOL);
  const again = await objects.apply(POOL, manifest);
  expect(again.metadata.resourceVersion).toBe(settled.metadata.resourceVersion);
  expect(again.spec).toEqual({ ...applied.spec, poolSize: 1 });
});
