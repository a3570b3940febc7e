import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHART, fullNameOf, OwnCluster } from '../support/helm-cluster';
import { DEFINITIONS, definitionOf, olderChart, olderDefinitions, ReleaseWithPool } from '../support/helm-definitions';
import { OFFICIAL_CHART } from '../support/helm-official';
import { createNamespace, eventually, untilServed } from '../support/kube';

const MINUTE = 60_000;
const NOT_OURS = /CustomResourceDefinition "workerpools.workers.spacelift.io".* cannot be imported .*invalid ownership/;

// Helm asks the API server for every object several times.
jest.setTimeout(2 * MINUTE);

let cluster: OwnCluster;
let release: ReleaseWithPool;

beforeAll(async () => {
  cluster = await OwnCluster.start();
});

afterAll(async () => {
  await cluster?.stop();
});

beforeEach(async () => {
  release = new ReleaseWithPool(cluster, await createNamespace('release', cluster.server));
});

/**
 * A definition that is deleted while the API server still makes its storage is never gone: the server asks that storage
 * for what is left in it, and it answers no more ("could not list instances: storage is (re)initializing").
 */
async function definitionsAreServed(): Promise<void> {
  for (const definition of DEFINITIONS) {
    if (await definitionOf(cluster, definition)) await untilServed(definition, cluster.server);
  }
}

afterEach(async () => {
  await definitionsAreServed();
  await release.helmOk('uninstall', '--ignore-not-found');
  await cluster.kubectlOk('delete', '--ignore-not-found', 'crd', ...DEFINITIONS);
});

describe('definitions that somebody installed with kubectl', () => {
  let uid: string | undefined;

  beforeEach(async () => {
    const file = cluster.file({ apiVersion: 'v1', kind: 'List', items: olderDefinitions() });
    await cluster.kubectlOk('apply', '--server-side', '-f', file);
    uid = (await release.createPool()).metadata.uid;
    expect(await release.hasNewField()).toBe(false);
  });

  it('are left alone by a plain helm upgrade --install, which says whose they are not', async () => {
    const { ok, text } = await release.upgradeInstall();
    expect(text).toMatch(NOT_OURS);
    expect(ok).toBe(false);
    expect(await release.pool()).toMatchObject({ metadata: { uid } });
    expect(await release.hasNewField()).toBe(false);
  });

  it.each<[string, string[]]>([
    ['Helm 4', ['--take-ownership', '--force-conflicts']],
    ['Helm 3.17, or client-side apply', ['--take-ownership', '--server-side=false']],
  ])('are adopted and brought up to date with --take-ownership (%s)', async (_, options) => {
    const { ok, text } = await release.upgradeInstall(...options);
    expect(text).toContain('STATUS: deployed');
    expect(ok).toBe(true);
    expect(await release.pool()).toMatchObject({ metadata: { uid } });
    expect(await release.hasNewField()).toBe(true);
  });

  it('are not adopted by Helm 4 without --force-conflicts, because kubectl owns what differs', async () => {
    const { ok, text } = await release.upgradeInstall('--take-ownership');
    expect(text).toContain('conflict with "kubectl": .spec.versions');
    expect(ok).toBe(false);
    expect(await release.pool()).toMatchObject({ metadata: { uid } });
  });

  it('are adopted by older Helm after a label and two annotations', async () => {
    await cluster.kubectlOk('label', 'crd', ...DEFINITIONS, 'app.kubernetes.io/managed-by=Helm');
    const owner = ['meta.helm.sh/release-name=ops', `meta.helm.sh/release-namespace=${release.namespace}`];
    await cluster.kubectlOk('annotate', 'crd', ...DEFINITIONS, ...owner);
    expect(await release.upgradeInstall('--server-side=false')).toMatchObject({ ok: true });
    expect(await release.pool()).toMatchObject({ metadata: { uid } });
    expect(await release.hasNewField()).toBe(true);
  });
});

describe('definitions of an official release', () => {
  it('that lie in crds/, as in its older charts, are adopted with --take-ownership', async () => {
    await release.helmOk('install', await officialChartWithCrdsFolder());
    const { metadata } = await release.createPool();
    expect((await release.upgradeInstall()).text).toMatch(NOT_OURS);
    expect(await release.upgradeInstall('--take-ownership')).toMatchObject({ ok: true });
    expect(await release.pool()).toMatchObject({ metadata: { uid: metadata.uid } });
    expect(await release.hasNewField()).toBe(true);
  });

  it('stay at a first upgrade with crds.install=false, if they were annotated before', async () => {
    await release.helmOk('install', OFFICIAL_CHART);
    const { metadata } = await release.createPool();
    await cluster.kubectlOk('annotate', 'crd', ...DEFINITIONS, 'helm.sh/resource-policy=keep');
    expect(await release.upgradeInstall('--set=crds.install=false')).toMatchObject({ ok: true });
    expect(await release.pool()).toMatchObject({ metadata: { uid: metadata.uid } });
  });

  async function officialChartWithCrdsFolder(): Promise<string> {
    const chart = join(cluster.folder(), 'chart');
    cpSync(OFFICIAL_CHART, chart, { recursive: true });
    mkdirSync(join(chart, 'crds'));
    const subchart = join(chart, 'charts/crds');
    writeFileSync(join(chart, 'crds/all.yaml'), await cluster.helmOk('template', 'x', subchart));
    rmSync(subchart, { recursive: true });
    const metadata = join(chart, 'Chart.yaml');
    writeFileSync(metadata, readFileSync(metadata, 'utf8').replace(/^.*name: crds.*$/m, ''));
    return chart;
  }
});

describe('definitions of a release', () => {
  it('are brought up to date by helm upgrade, and the pools stay', async () => {
    await release.helmOk('install', olderChart(join(cluster.folder(), 'chart')));
    const { metadata } = await release.createPool();
    expect(await release.hasNewField()).toBe(false);
    await release.helmOk('upgrade', CHART);
    expect(await release.hasNewField()).toBe(true);
    expect(await release.pool()).toMatchObject({ metadata: { uid: metadata.uid } });
  });

  it('stay when crds.install becomes false', async () => {
    await release.helmOk('install', CHART);
    const { metadata } = await release.createPool();
    await release.helmOk('upgrade', CHART, '--set=crds.install=false');
    expect(await release.pool()).toMatchObject({ metadata: { uid: metadata.uid } });
  });

  it('stay when the release goes, and are there for it when it comes back', async () => {
    await release.helmOk('install', CHART);
    const { metadata } = await release.createPool();
    expect(await release.helmOk('uninstall', '--wait')).toContain('kept due to the resource policy');
    expect(await release.pool()).toMatchObject({ metadata: { uid: metadata.uid } });
    await release.helmOk('install', CHART);
    expect(await release.pool()).toMatchObject({ metadata: { uid: metadata.uid } });
  });

  it('go with the release when a value says so', async () => {
    await release.helmOk('install', CHART, '--set=crds.keep=false');
    await release.createPool();
    await definitionsAreServed();
    await release.helmOk('uninstall', '--wait');
    await eventually(async () => expect(await release.pool()).toBeUndefined());
  });
});

describe('pools from values', () => {
  const credentials = { token: 'TOKEN', privateKey: 'S0VZ' };
  const withPool = (values: object = {}) =>
    `--values=${cluster.file({ workerPools: [{ name: 'team', credentials }], ...values })}`;
  const secret = async (): Promise<number> => {
    const path = `/api/v1/namespaces/${release.namespace}/secrets/team-credentials`;
    return (await cluster.kube('GET', path)).status;
  };

  /** No node here: the test says that the controller runs, as soon as there is its Deployment. */
  const controllerRuns = () =>
    eventually(async () => {
      const path = `/apis/apps/v1/namespaces/${release.namespace}/deployments/${fullNameOf('ops')}-controller-manager`;
      const { body } = await cluster.kube('GET', path);
      expect(body.metadata.name).toBeDefined();
      const one = { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
      const conditions = [
        { type: 'Available', status: 'True' },
        { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
      ];
      const status = { observedGeneration: body.metadata.generation, ...one, conditions };
      await cluster.kubeOk('PUT', `${path}/status`, { ...body, status });
    });

  it('come with the first command that waits, on a cluster that has no definitions', async () => {
    const installing = release.helmOk('install', CHART, withPool(), '--wait');
    await controllerRuns();
    await installing;
    const pool = await release.pool();
    expect(pool).toMatchObject({ spec: { token: { secretKeyRef: { name: 'team-credentials' } } } });

    await release.helmOk('upgrade', CHART, withPool());
    expect(await cluster.helmOk('get', 'manifest', 'ops', '--namespace', release.namespace)).toContain(
      'kind: WorkerPool\n',
    );
    expect(await release.pool()).toMatchObject({ metadata: { uid: pool?.metadata.uid } });
  });

  it('come when the same command is given again, if it did not wait', async () => {
    const { ok, text } = await release.upgradeInstall(withPool());
    // Helm asks for the kind at once; the API server may have been quick.
    if (!ok) {
      expect(text).toContain('no matches for kind "WorkerPool"');
      await definitionsAreServed();
      expect(await release.upgradeInstall(withPool())).toMatchObject({ ok: true });
    }
    expect(await release.pool()).toMatchObject({ spec: { token: { secretKeyRef: { name: 'team-credentials' } } } });
  });

  it('stay with their Secrets when they leave the values and when the release goes; they come back with it', async () => {
    await release.helmOk('install', CHART);
    await definitionsAreServed();
    await release.helmOk('upgrade', CHART, withPool());
    const uid = (await release.pool())?.metadata.uid;
    await release.helmOk('upgrade', CHART);
    expect(await release.pool()).toMatchObject({ metadata: { uid } });
    await release.helmOk('uninstall', '--wait');
    expect(await release.pool()).toMatchObject({ metadata: { uid } });
    expect(await secret()).toBe(200);
    await release.helmOk('install', CHART, withPool());
    expect(await release.pool()).toMatchObject({ metadata: { uid } });
  });

  it('go with their Secrets when a value says so', async () => {
    await release.helmOk('install', CHART);
    await definitionsAreServed();
    await release.helmOk('upgrade', CHART, withPool({ keepWorkerPools: false }));
    await release.helmOk('uninstall', '--wait');
    await eventually(async () => expect(await release.pool()).toBeUndefined());
    expect(await secret()).toBe(404);
  });
});
