import { describe, expect, it } from '@jest/globals';
import type { Transport } from '../support/controlled-pool';
import { eventually, kubeOk } from '../support/kube';
import { forFile, forTest, POOL, withController } from './pool.fixtures';

const file = forFile();
const each = forTest('worker-pool');
const controller = withController(each);

/** Makes a pool in both places and waits until it is ready. */
async function readyPool(poolSize: number, transport: Transport = 'mqtt') {
  const made = await each.objects.addPool(file.controlPlane, POOL, {
    poolSize,
    commsProtocol: transport,
    ...(transport === 'poll' && { pollCommsURL: file.controlPlane.url }),
  });
  await untilReady();
  return made;
}

async function untilReady(): Promise<void> {
  await eventually(async () => {
    const pool = await each.objects.pool(POOL);
    const ready = pool?.status?.conditions?.find(({ type }) => type === 'Ready');
    expect(ready).toMatchObject({ status: 'True', observedGeneration: pool?.metadata.generation });
  });
}

const registeredIds = async (poolId: string): Promise<string[]> =>
  (await file.controlPlane.admin.workers(poolId)).map(({ id }) => id).sort();

const objectIds = async (): Promise<string[]> =>
  (await each.objects.workers()).map(({ metadata }) => metadata.name.slice(-26).toUpperCase()).sort();

describe.each<Transport>(['mqtt', 'poll'])('a WorkerPool over %s', (transport) => {
  it('becomes Workers that the control plane knows, with names, labels, owner and status as documented', async () => {
    const { id } = await readyPool(3, transport);
    const pool = await each.objects.pool(POOL);
    expect(pool?.metadata.labels).toEqual({ 'workers.spacelift.io/ulid': id });
    expect(pool?.status).toMatchObject({
      actualPoolSize: 3,
      desiredPoolSize: 3,
      autoRegistered: false,
      selector: `workers.spacelift.io/not-used=${id}`,
      observedGeneration: pool?.metadata.generation,
    });
    const workers = await each.objects.workers();
    expect(workers).toHaveLength(3);
    for (const { metadata } of workers) {
      expect(metadata.name).toMatch(/^pool-[0-9a-z]{26}$/);
      expect(metadata.labels).toEqual({ 'workers.spacelift.io/workerpool': id });
      expect(metadata.annotations).toEqual({ 'workers.spacelift.io/workerpool-name': POOL });
      expect(metadata.ownerReferences).toMatchObject([
        { kind: 'WorkerPool', uid: pool?.metadata.uid, controller: true },
      ]);
    }
    expect(await registeredIds(id)).toEqual(await objectIds());
    expect((await file.controlPlane.admin.workers(id))[0]?.metadata).toMatchObject({
      namespace: each.objects.namespace,
      controller_version: '1.2.3',
    });
  });

  it('scales up, down and to zero as told by its scale subresource', async () => {
    const { id } = await readyPool(2, transport);
    const before = await objectIds();
    for (const size of [4, 1, 0, 2]) {
      await each.objects.scale(POOL, size);
      await eventually(async () => {
        expect((await each.objects.pool(POOL))?.status).toMatchObject({ actualPoolSize: size, desiredPoolSize: size });
        expect(await objectIds()).toHaveLength(size);
        expect(await registeredIds(id)).toEqual(await objectIds());
      });
    }
    // A retired Worker never comes back: others stand in its place.
    expect((await objectIds()).filter((worker) => before.includes(worker))).toEqual([]);
  });

  it('replaces all its Workers when the pool is cycled', async () => {
    const { id } = await readyPool(3, transport);
    const before = await objectIds();
    await file.controlPlane.admin.cyclePool(id);
    await eventually(async () => {
      const after = await objectIds();
      expect(after).toHaveLength(3);
      expect(after.filter((worker) => before.includes(worker))).toEqual([]);
      expect(await registeredIds(id)).toEqual(after);
    });
  });

  it('retires its Workers when it is deleted, and then goes', async () => {
    const { id } = await readyPool(3, transport);
    await each.objects.deletePool(POOL);
    await eventually(async () => {
      expect(await each.objects.pool(POOL)).toBeUndefined();
      expect(await each.objects.workers()).toEqual([]);
    });
    expect(await registeredIds(id)).toEqual([]);
  });
});

it('replaces a Worker that somebody deletes', async () => {
  const { id } = await readyPool(2);
  const [victim] = await each.objects.workers();
  await kubeOk(
    'DELETE',
    `/apis/workers.spacelift.io/v1beta1/namespaces/${each.objects.namespace}/workers/${victim?.metadata.name}`,
  );
  await eventually(async () => {
    const names = (await each.objects.workers()).map(({ metadata }) => metadata.name);
    expect(names).toHaveLength(2);
    expect(names).not.toContain(victim?.metadata.name);
    expect(await registeredIds(id)).toEqual(await objectIds());
  });
});

it('keeps its Workers when the controller restarts', async () => {
  const { id } = await readyPool(3);
  const before = await each.objects.workers();
  await controller.restart(async () => expect(await registeredIds(id)).toHaveLength(3));
  await each.objects.scale(POOL, 4);
  await untilReady();
  const uids = (await each.objects.workers()).map(({ metadata }) => metadata.uid);
  expect(uids).toHaveLength(4);
  expect(uids).toEqual(expect.arrayContaining(before.map(({ metadata }) => metadata.uid)));
  expect(await registeredIds(id)).toEqual(await objectIds());
});

it('keeps the size an autoscaler gave it when poolSize is left out of the manifest', async () => {
  await readyPool(2);
  await each.objects.scale(POOL, 3);
  await untilReady();
  await each.objects.changePool(POOL, { poolSize: null as unknown as number });
  await untilReady();
  expect(await each.objects.workers()).toHaveLength(3);
});

// The API server has no scale of a pool without a size, and autoscalers read the scale before they set it.
it('has a scale for autoscalers to read when its manifest never had a poolSize', async () => {
  const { id } = await each.objects.addPool(file.controlPlane, POOL);
  await untilReady();
  expect(await each.objects.readScale(POOL)).toMatchObject({
    spec: { replicas: 1 },
    status: { replicas: 1, selector: `workers.spacelift.io/not-used=${id}` },
  });
});

it('registers a thousand Workers', async () => {
  const { id } = await readyPool(1000);
  expect(await registeredIds(id)).toHaveLength(1000);
  expect(await registeredIds(id)).toEqual(await objectIds());
}, 120_000);
