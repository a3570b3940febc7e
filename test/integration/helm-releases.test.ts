import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TestControlPlane } from '../control-plane/support/control-plane';
import { apiServer } from '../support/api-server';
import { installCrds, newPool, PoolObjects, type RunningController } from '../support/controlled-pool';
import { CHART, fullNameOf, HelmCluster, type ProgramOutput } from '../support/helm-cluster';
import { startControllerOf } from '../support/helm-controller';
import { objectsOf } from '../support/helm-objects';
import { createNamespace, eventually, kubeOk, type KubeObject } from '../support/kube';

jest.setTimeout(120_000);

const POOL = 'pool';

let cluster: HelmCluster;
let controlPlane: TestControlPlane;

beforeAll(async () => {
  await installCrds();
  cluster = new HelmCluster(apiServer());
  controlPlane = await TestControlPlane.start();
});

afterAll(async () => {
  await controlPlane.close();
  cluster.remove();
});

/** A release that looks after one namespace, with its controller and a pool. */
class Team {
  controller?: RunningController;

  private constructor(
    readonly release: string,
    readonly namespace: string,
    readonly pools: PoolObjects,
  ) {}

  static async create(release: string): Promise<Team> {
    return new Team(release, await createNamespace(release), new PoolObjects(await createNamespace('pools')));
  }

  install(values: object = {}): Promise<ProgramOutput> {
    const file = cluster.file({
      crds: { install: false },
      controllerManager: { namespaces: [this.pools.namespace] },
      ...values,
    });
    return cluster.helm('install', this.release, CHART, '--namespace', this.namespace, '--values', file);
  }

  uninstall(): Promise<string> {
    return cluster.helmOk('uninstall', this.release, '--namespace', this.namespace, '--ignore-not-found');
  }

  objects(): Promise<ReadonlyMap<string, KubeObject>> {
    return objectsOf(cluster, this.release, this.namespace);
  }

  async start(): Promise<void> {
    this.controller = await startControllerOf(cluster, this.release, this.namespace);
    const { secret } = await newPool(controlPlane);
    await this.pools.putSecret(POOL, secret);
    await this.pools.createPool(POOL, { poolSize: 1 });
  }

  untilWorkers(count: number): Promise<void> {
    return eventually(async () => {
      const workers = await this.pools.workers();
      expect(workers.map(({ status }) => status?.state)).toEqual(Array(count).fill('IDLE'));
    });
  }

  async end(): Promise<void> {
    await this.controller?.stop();
    await this.uninstall();
  }
}

describe('two releases in one cluster, each for a namespace of its own', () => {
  let first: Team;
  let second: Team;

  beforeAll(async () => {
    first = await Team.create('first');
    second = await Team.create('second');
    const values = { metricsService: { enabled: true }, pdb: { enabled: true } };
    for (const team of [first, second]) {
      expect(await team.install(values)).toMatchObject({ ok: true });
      await team.start();
    }
  });

  afterAll(async () => {
    await first.end();
    await second.end();
  });

  it('lead at the same time, each with a Lease of its own, and serve their pools', async () => {
    await first.untilWorkers(1);
    await second.untilWorkers(1);
    const [one, other] = await Promise.all([first, second].map(({ namespace }) => leaseHolder(namespace)));
    expect(one).toBeTruthy();
    expect(other).toBeTruthy();
    expect(other).not.toBe(one);
  });

  it('may not look at the pools of each other', async () => {
    const account = `system:serviceaccount:${second.namespace}:${fullNameOf('second')}-controller-manager`;
    const may = (namespace: string) =>
      cluster.kubectl('auth', 'can-i', 'list', 'workerpools', '--namespace', namespace, '--as', account);
    expect(await may(second.pools.namespace)).toMatchObject({ ok: true });
    expect(await may(first.pools.namespace)).toMatchObject({ ok: false });
  });

  it('leave each other whole when one goes', async () => {
    const before = await second.objects();
    const workers = await first.pools.workers();
    await first.controller?.stop();
    await first.uninstall();
    expect((await first.objects()).size).toBe(0);
    expect(await first.pools.workers()).toEqual(workers);

    expect(await second.objects()).toEqual(before);
    await second.pools.scale(POOL, 2);
    await second.untilWorkers(2);
  });
});

describe('a second release of the same name in another namespace', () => {
  let first: Team;
  let second: Team;

  beforeAll(async () => {
    first = await Team.create('twin');
    second = await Team.create('twin');
  });

  afterAll(async () => {
    await first.end();
    await second.end();
  });

  it('is possible as long as neither has objects of the whole cluster', async () => {
    expect(await first.install()).toMatchObject({ ok: true });
    expect(await second.install()).toMatchObject({ ok: true });
    await second.uninstall();
  });

  it('is refused whole by Helm, which names the owner, where both would have them', async () => {
    await first.uninstall();
    const values = { metricsService: { enabled: true } };
    expect(await first.install(values)).toMatchObject({ ok: true });
    const before = await first.objects();
    const { ok, text } = await second.install(values);
    expect(text).toMatch(/ClusterRole ".*-metrics-\w+(-role)?".* cannot be imported into the current release/);
    expect(text).toContain(`current value is "${first.namespace}"`);
    expect(ok).toBe(false);
    expect(await first.objects()).toEqual(before);
  });

  it('is taken with a fullnameOverride of its own', async () => {
    const values = { metricsService: { enabled: true }, fullnameOverride: `twin-of-${second.namespace}` };
    expect(await second.install(values)).toMatchObject({ ok: true });
  });
});

async function leaseHolder(namespace: string): Promise<string | undefined> {
  const { items } = await kubeOk<{ items: { spec: { holderIdentity?: string } }[] }>(
    'GET',
    `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`,
  );
  return items[0]?.spec.holderIdentity;
}
