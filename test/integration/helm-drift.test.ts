import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { WorkerPool } from '../../src/api';
import { TestControlPlane } from '../control-plane/support/control-plane';
import { apiServer } from '../support/api-server';
import {
  installCrds,
  newPool,
  PoolObjects,
  type RunningController,
  type SecretValues,
} from '../support/controlled-pool';
import { CHART, HelmCluster, type ProgramOutput } from '../support/helm-cluster';
import { startControllerOf } from '../support/helm-controller';
import { objectsOf } from '../support/helm-objects';
import { createNamespace, eventually } from '../support/kube';

jest.setTimeout(120_000);

const RELEASE = 'ops';
const POOL = 'team';

let cluster: HelmCluster;
let controlPlane: TestControlPlane;
let namespace: string;
let pools: PoolObjects;
let credentials: SecretValues;
let controller: RunningController;

/** The release with one pool from values; `spec` is the pool's. */
function upgrade(spec: object, ...options: string[]): Promise<ProgramOutput> {
  const values = cluster.file({
    crds: { install: false },
    controllerManager: { namespaces: [namespace] },
    workerPools: [{ name: POOL, credentials, spec }],
  });
  return cluster.helm('upgrade', '--install', RELEASE, CHART, '--namespace', namespace, '--values', values, ...options);
}

async function poolNow(): Promise<WorkerPool> {
  const pool = await pools.pool(POOL);
  if (!pool) throw new Error('the pool is gone');
  return pool;
}

const untilReady = (count: number) =>
  eventually(async () => {
    const workers = await pools.workers();
    expect(workers.map(({ status }) => status?.state)).toEqual(Array(count).fill('IDLE'));
    expect((await pools.untilSettled(POOL)).status).toMatchObject({ actualPoolSize: count });
  });

beforeAll(async () => {
  await installCrds();
  cluster = new HelmCluster(apiServer());
  controlPlane = await TestControlPlane.start();
  namespace = await createNamespace('drift');
  pools = new PoolObjects(namespace);
  ({ secret: credentials } = await newPool(controlPlane));
  expect(await upgrade({})).toMatchObject({ ok: true });
  controller = await startControllerOf(cluster, RELEASE, namespace);
  await untilReady(1);
});

afterAll(async () => {
  await pools.deletePool(POOL);
  await eventually(async () => expect(await pools.pool(POOL)).toBeUndefined());
  await controller.stop();
  await cluster.helmOk('uninstall', RELEASE, '--namespace', namespace);
  await controlPlane.close();
  cluster.remove();
});

describe('helm upgrade with the values of before', () => {
  it('writes nothing, neither to the objects of the release nor to those of the controller', async () => {
    const before = {
      release: await objectsOf(cluster, RELEASE, namespace),
      pool: await poolNow(),
      workers: await pools.workers(),
    };
    expect(await upgrade({})).toMatchObject({ ok: true });
    expect(await objectsOf(cluster, RELEASE, namespace)).toEqual(before.release);
    expect(await poolNow()).toEqual(before.pool);
    expect(await pools.workers()).toEqual(before.workers);
  });

  it('takes a size that was not in the values, and keeps it when it is left out again', async () => {
    expect(await upgrade({ poolSize: 2 })).toMatchObject({ ok: true, text: expect.stringContaining('upgraded') });
    await untilReady(2);
    expect(await upgrade({})).toMatchObject({ ok: true });
    await untilReady(2);
  });

  it('leaves the size that an autoscaler has set, where no value sets it', async () => {
    await pools.scale(POOL, 3);
    await untilReady(3);
    const workers = await pools.workers();
    expect(await upgrade({})).toMatchObject({ ok: true });
    expect((await poolNow()).spec?.poolSize).toBe(3);
    expect(await pools.workers()).toEqual(workers);
  });

  it('changes a field of the pool and keeps its Workers, its label, its finalizer and its size', async () => {
    const before = await poolNow();
    const workers = await pools.workers();
    expect(await upgrade({ pod: { labels: { team: 'platform' } } })).toMatchObject({ ok: true });
    const after = await poolNow();
    expect(after.spec).toEqual({ ...before.spec, pod: { labels: { team: 'platform' } } });
    for (const field of ['uid', 'finalizers', 'labels'] as const) {
      expect(after.metadata[field]).toEqual(before.metadata[field]);
    }
    expect((await pools.workers()).map(({ metadata }) => metadata.uid)).toEqual(
      workers.map(({ metadata }) => metadata.uid),
    );
  });
});

describe('a size in the values', () => {
  it('is refused by server-side apply once an autoscaler has changed it, and nothing changes', async () => {
    expect(await upgrade({ poolSize: 1 })).toMatchObject({ ok: true });
    await pools.scale(POOL, 3);
    const before = await poolNow();
    const { ok, text } = await upgrade({ poolSize: 1 });
    expect(text).toMatch(/conflict with .* with subresource .*scale.*: \.spec\.poolSize/);
    expect(ok).toBe(false);
    expect((await poolNow()).spec).toEqual(before.spec);
  });

  it('is taken with --force-conflicts, and given up again by leaving it out', async () => {
    expect(await upgrade({ poolSize: 2 }, '--force-conflicts')).toMatchObject({ ok: true });
    await untilReady(2);
    expect(await upgrade({})).toMatchObject({ ok: true });
    await untilReady(2);
  });
});
