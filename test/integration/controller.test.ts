import { describe, expect, it } from '@jest/globals';
import { Agent, request } from 'node:https';
import { CONTROLLER_METRICS, RUNTIME_METRICS, type MetricDescription } from '../../src/api';
import { LeaseLostError } from '../../src/controller/main';
import { PoolObjects, startController, type RunningController } from '../support/controlled-pool';
import { createNamespace, eventually, kube, kubeOk } from '../support/kube';
import { READ_METRICS, serviceAccount, untilAllowed } from '../support/rights';
import { forFile, forTest, POOL } from './pool.fixtures';

const file = forFile();
const each = forTest('controller');

const byName = (a: { name?: string }, b: { name?: string }) => (a.name ?? '').localeCompare(b.name ?? '');

const get = async (port: number | undefined, path: string) => {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: answer.status, text: await answer.text() };
};

const makePool = (poolSize: number) => each.objects.addPool(file.controlPlane, POOL, { poolSize });

const untilWorkers = (count: number) =>
  each.objects.untilCondition(POOL, 'Ready', {
    status: 'True',
    message: count === 1 ? '1 Worker ready.' : `${count} Workers ready.`,
  });

describe('the controller process', () => {
  it('is alive and becomes ready, and its metrics carry the documented names', async () => {
    const controller = await startController(each.objects.namespace, {
      metricsBindAddress: '127.0.0.1:0',
      metricsSecure: false,
    });
    try {
      expect((await get(controller.ports.health, '/healthz')).status).toBe(200);
      await eventually(async () => expect((await get(controller.ports.health, '/readyz')).status).toBe(200));
      const { id } = await makePool(2);
      await untilWorkers(2);
      const { text } = await get(controller.ports.metrics, '/metrics');
      const prefix = 'spacelift_workerpool_controller_';
      expect(text).toContain(`${prefix}worker_total{pool_ulid="${id}"} 2\n`);
      expect(text).toContain(`${prefix}worker_idle_total{pool_ulid="${id}"} 2\n`);
      expect(text).toContain(`${prefix}worker_creation_duration_seconds_count 2\n`);
      expect(text).toContain(`${prefix}worker_creation_errors_total 0\n`);
      expect(text).toContain(`${prefix}run_startup_duration_seconds_count 0\n`);
    } finally {
      await controller.stop();
    }
  });

  it('serves the metrics of the reference, each as it is described there, and no other of its own', async () => {
    const controller = await startController(each.objects.namespace, {
      leaderElect: true,
      controllerNamespace: each.objects.namespace,
      runDisruptionBudget: true,
      metricsBindAddress: '127.0.0.1:0',
      metricsSecure: false,
    });
    try {
      await makePool(1);
      await untilWorkers(1);
      const { text } = await get(controller.ports.metrics, '/metrics');
      const served = [...text.matchAll(/^# HELP (?<name>\w+) (?<help>.+)\n# TYPE \w+ (?<type>\w+)$/gm)]
        .map(({ groups }) => ({ ...groups }))
        .filter(({ name = '' }) => !/^(process|nodejs)_/.test(name));
      const described = [CONTROLLER_METRICS, RUNTIME_METRICS].flatMap((metrics) =>
        Object.values<MetricDescription>(metrics).map(({ name, help, type }) => ({ name, help, type })),
      );
      expect(served.sort(byName)).toEqual(described.sort(byName));
      const { leading, queueAdds } = RUNTIME_METRICS;
      expect(text).toContain(`${leading.name}{name="spacelift-workerpool-controller"} 1\n`);
      for (const queue of ['worker-pool', 'worker']) expect(text).toContain(`${queueAdds.name}{name="${queue}"}`);
    } finally {
      await controller.stop();
    }
  });

  it('shows secure metrics only to callers whom the API server allows', async () => {
    const controller = await startController(each.objects.namespace, { metricsBindAddress: '127.0.0.1:0' });
    try {
      const token = (account: string) => serviceAccountToken(each.objects.namespace, account);
      await kubeOk('POST', '/apis/rbac.authorization.k8s.io/v1/clusterroles', {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: `${each.objects.namespace}-metrics` },
        rules: [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }],
      });
      await kubeOk('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: `${each.objects.namespace}-metrics` },
        roleRef: {
          apiGroup: 'rbac.authorization.k8s.io',
          kind: 'ClusterRole',
          name: `${each.objects.namespace}-metrics`,
        },
        subjects: [{ kind: 'ServiceAccount', name: 'scraper', namespace: each.objects.namespace }],
      });
      await untilAllowed(serviceAccount(each.objects.namespace, 'scraper'), READ_METRICS);
      const { metrics } = controller.ports;
      expect(await secureStatus(metrics)).toBe(401);
      expect(await secureStatus(metrics, 'not-a-token')).toBe(401);
      expect(await secureStatus(metrics, await token('stranger'))).toBe(403);
      expect(await secureStatus(metrics, await token('scraper'))).toBe(200);
    } finally {
      await controller.stop();
    }
  });

  it('leaves pools of other namespaces alone', async () => {
    const elsewhere = await createNamespace('controller');
    const controller = await startController(elsewhere);
    try {
      await makePool(1);
      const other = new PoolObjects(elsewhere);
      await other.addPool(file.controlPlane, POOL, { poolSize: 1 });
      await other.untilCondition(POOL, 'Ready', { status: 'True' });
      expect((await each.objects.pool(POOL))?.status).toBeUndefined();
    } finally {
      await controller.stop();
    }
  });
});

describe('leader election', () => {
  const lease = () =>
    `/apis/coordination.k8s.io/v1/namespaces/${each.objects.namespace}/leases/spacelift-workerpool-controller`;
  const electing = (leaderElection = {}) =>
    startController(each.objects.namespace, {
      leaderElect: true,
      leaderElection,
      controllerNamespace: each.objects.namespace,
    });

  it('lets one replica work, and the next one take over when it ends', async () => {
    const first = await electing();
    let second: RunningController | undefined;
    try {
      await makePool(1);
      await untilWorkers(1);
      const holder = (await kubeOk<{ spec: { holderIdentity: string } }>('GET', lease())).spec.holderIdentity;
      second = await electing();
      await first.stop();
      await each.objects.scale(POOL, 2);
      await untilWorkers(2);
      const next = (await kubeOk<{ spec: { holderIdentity: string } }>('GET', lease())).spec.holderIdentity;
      expect(next).not.toBe(holder);
    } finally {
      await Promise.all([first.stop(), second?.stop()]);
    }
    expect((await kubeOk<{ spec: { holderIdentity?: string } }>('GET', lease())).spec.holderIdentity ?? '').toBe('');
  });

  it('holds the Lease for as long as it is told', async () => {
    const controller = await electing({ leaseDurationMs: 40_000 });
    try {
      const seconds = async () =>
        (await kubeOk<{ spec: { leaseDurationSeconds: number } }>('GET', lease())).spec.leaseDurationSeconds;
      await eventually(async () => expect(await seconds()).toBe(40));
    } finally {
      await controller.stop();
    }
  });

  it('ends with an error when the Lease is lost, and leaves the Workers', async () => {
    const controller = await electing();
    try {
      await makePool(1);
      await untilWorkers(1);
      await eventually(async () => {
        const { spec, metadata } = (await kube<{ spec: object; metadata: object }>('GET', lease())).body;
        const taken = { ...spec, holderIdentity: 'somebody-else' };
        const { status } = await kube('PUT', lease(), {
          apiVersion: 'coordination.k8s.io/v1',
          kind: 'Lease',
          metadata,
          spec: taken,
        });
        expect(status).toBe(200);
      });
      await expect(controller.ended).rejects.toThrow(LeaseLostError);
      expect(await each.objects.workers()).toHaveLength(1);
    } finally {
      // It has ended by itself, unless the test failed before.
      await controller.stop().catch(() => undefined);
    }
  });
});

async function serviceAccountToken(namespace: string, name: string): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  await kubeOk('POST', path, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } });
  const answer = await kubeOk<{ status: { token: string } }>('POST', `${path}/${name}/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: {},
  });
  return answer.status.token;
}

/** The certificate is self-signed, as the metrics' scrapers are configured to accept. */
function secureStatus(port: number | undefined, token?: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(
      {
        port,
        host: '127.0.0.1',
        path: '/metrics',
        agent: new Agent({ rejectUnauthorized: false }),
        headers: token ? { authorization: `Bearer ${token}` } : {},
      },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    )
      .on('error', reject)
      .end();
  });
}
