/** Pools of the chart in manifests that `helm template` wrote, as GitOps tools apply them: nothing but objects. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { apiServer } from '../support/api-server';
import { installCrds, PoolObjects } from '../support/controlled-pool';
import { CHART, HelmCluster } from '../support/helm-cluster';
import { createNamespace } from '../support/kube';

jest.setTimeout(120_000);

let cluster: HelmCluster;
let namespace: string;
beforeAll(async () => {
  await installCrds();
  cluster = new HelmCluster(apiServer());
  namespace = await createNamespace('rendered');
});
afterAll(() => cluster.remove());

const pool = (name: string) => ({ name, credentials: { existingSecret: `${name}-pool` }, spec: { poolSize: 2 } });

/** What a tool writes into Git that knows of the cluster no more than which groups it serves. */
function rendered(...pools: object[]): Promise<string> {
  const values = cluster.file({ crds: { install: false }, workerPools: pools });
  const options = ['--namespace', namespace, '--values', values, '--skip-tests'];
  return cluster.helmOk('template', 'wp', CHART, ...options, '--api-versions', 'workers.spacelift.io/v1beta1');
}

/** Applies them, and removes what an earlier sync made and they no longer have. */
function sync(manifests: string): Promise<string> {
  const prune = ['--prune', '--selector=app.kubernetes.io/instance=wp'];
  const kinds = '--prune-allowlist=workers.spacelift.io/v1beta1/WorkerPool';
  const file = cluster.file(manifests);
  return cluster.kubectlOk('apply', '--namespace', namespace, ...prune, kinds, '--filename', file);
}

describe('a sync of rendered manifests', () => {
  it('makes the pools, changes nothing the second time, and prunes a pool that left the values', async () => {
    const pools = new PoolObjects(namespace);
    const both = await rendered(pool('team-a'), pool('team-b'));
    expect(both).not.toContain('helm.sh/hook');

    await sync(both);
    const before = await pools.pool('team-a');
    expect(before).toMatchObject({ spec: { poolSize: 2 } });

    expect(await sync(both)).not.toMatch(/created|configured|pruned/);
    expect((await pools.pool('team-a'))?.metadata.resourceVersion).toBe(before?.metadata.resourceVersion);

    expect(await sync(await rendered(pool('team-a')))).toContain('team-b pruned');
    expect(await pools.pool('team-b')).toBeUndefined();
    expect(await pools.pool('team-a')).toMatchObject({ metadata: { uid: before?.metadata.uid } });
  });
});
