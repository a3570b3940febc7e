import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { LABEL, RUN_BUDGET, type Condition } from '../../src/api';
import { apiServer } from '../support/api-server';
import { installCrds, type RunningController } from '../support/controlled-pool';
import { CHART, fullNameOf, HelmCluster } from '../support/helm-cluster';
import { startControllerOf } from '../support/helm-controller';
import { RunPods } from '../support/helm-run-pods';
import { createNamespace, eventually, kube, kubeOk, type KubeObject } from '../support/kube';
import { startControllerManager, type RunningControllerManager } from '../support/kube-controller-manager';

interface Budget extends KubeObject {
  status?: {
    observedGeneration?: number;
    disruptionsAllowed: number;
    currentHealthy: number;
    conditions?: Condition[];
  };
}

let cluster: HelmCluster;
let controllerManager: RunningControllerManager;
let namespace: string;
let pods: RunPods;

beforeAll(async () => {
  await installCrds();
  cluster = new HelmCluster(apiServer());
  controllerManager = await startControllerManager(['disruption-controller']);
}, 300_000);

afterAll(async () => {
  cluster.remove();
  await controllerManager.stop();
});

beforeEach(async () => {
  namespace = await createNamespace('disruption');
  pods = RunPods.of('pool', namespace);
});

const budgets = () => `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;

async function addBudget(spec: object): Promise<string> {
  const name = `budget-${randomBytes(3).toString('hex')}`;
  const selector = { matchExpressions: [{ key: LABEL.workerPool, operator: 'Exists' }] };
  const body = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name },
    spec: { selector, ...spec },
  };
  await kubeOk('POST', budgets(), body);
  return name;
}

interface Computed {
  readonly reason?: string;
  readonly allowed: number;
  /** Pods that it has heard are ready; they are told to it one by one. */
  readonly healthy?: number;
}

/** Waits until Kubernetes makes this of a budget. */
function untilComputed(name: string, { reason, allowed, healthy }: Computed): Promise<void> {
  return eventually(async () => {
    const { status } = await kubeOk<Budget>('GET', `${budgets()}/${name}`);
    const condition = status?.conditions?.find(({ type }) => type === 'DisruptionAllowed');
    expect(condition).toMatchObject(reason === undefined ? {} : { reason });
    expect(status).toMatchObject({
      disruptionsAllowed: allowed,
      ...(healthy !== undefined && { currentHealthy: healthy }),
    });
  });
}

/** What `kubectl drain` and node autoscalers ask for. */
async function evict(name: string): Promise<{ status: number; why?: string }> {
  const { status, body } = await kube<{ details?: { causes?: { message: string }[] } }>(
    'POST',
    `/api/v1/namespaces/${namespace}/pods/${name}/eviction`,
    { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } },
  );
  return { status, why: body.details?.causes?.[0]?.message };
}

describe('a budget of run Pods, which belong to Workers and not to a kind with a number of replicas', () => {
  const failed = { reason: 'SyncFailed', allowed: 0 };
  it.each<[string, object, Computed]>([
    ['cannot be computed from a percentage that must stay', { minAvailable: '100%' }, failed],
    ['cannot be computed from a number that may be missing', { maxUnavailable: 1 }, failed],
    ['cannot be computed from a percentage that may be missing', { maxUnavailable: '0%' }, failed],
    ['keeps as many Pods as there are', { minAvailable: 2 }, { reason: 'InsufficientPods', allowed: 0, healthy: 2 }],
    [
      'lets one go where one fewer must stay',
      { minAvailable: 1 },
      { reason: 'SufficientPods', allowed: 1, healthy: 2 },
    ],
  ])('%s', async (_, spec, expected) => {
    await pods.start();
    await pods.start();
    await untilComputed(await addBudget(spec), expected);
  });
});

describe('the protection that the chart gives, to run Pods of another namespace than its own', () => {
  let operators: string;
  let controller: RunningController | undefined;

  beforeEach(async () => {
    operators = await createNamespace('operators');
    controller = undefined;
  });

  /** Installs the chart, and runs its controller. */
  async function protect(...values: string[]): Promise<void> {
    const given = ['crds.install=false', 'controllerManager.replicas=0', `controllerManager.namespaces={${namespace}}`];
    const options = ['--namespace', operators, '--set', [...given, 'pdb.enabled=true', ...values].join(',')];
    await cluster.helmOk('install', 'ops', CHART, ...options);
    controller = await startControllerOf(cluster, 'ops', operators);
  }

  afterEach(async () => {
    await controller?.stop();
    await cluster.helmOk('uninstall', 'ops', '--namespace', operators, '--ignore-not-found');
  });

  it('is a budget that is computed, and keeps every run in progress from being evicted', async () => {
    await protect();
    expect((await kubeOk<{ items: Budget[] }>('GET', budgets())).items).toEqual([]);
    const names = [await pods.start(), await pods.start(), await pods.start()];
    await untilComputed(RUN_BUDGET.name, { reason: 'InsufficientPods', allowed: 0, healthy: 3 });
    for (const name of names) {
      expect(await evict(name)).toEqual({
        status: 429,
        why: expect.stringMatching(/needs \d+ healthy pods and has 3/),
      });
    }
  });

  it('is there for runs that were under way when the controller came', async () => {
    const name = await pods.start();
    await protect();
    await untilComputed(RUN_BUDGET.name, { allowed: 0 });
    expect(await evict(name)).toMatchObject({ status: 429 });
  });

  it('keeps a run whose Pod is not ready, because one of its containers has ended', async () => {
    await protect();
    const name = await pods.start({ ready: false });
    await untilComputed(RUN_BUDGET.name, { allowed: 0 });
    expect(await evict(name)).toMatchObject({ status: 429 });
  });

  it.each(['Succeeded', 'Failed', 'Pending'])('does not hold up a drain for a Pod that is %s', async (phase) => {
    await protect();
    await pods.start();
    const name = await pods.start({ phase });
    await untilComputed(RUN_BUDGET.name, { allowed: 0 });
    expect(await evict(name)).toMatchObject({ status: 201 });
  });

  it('is the official budget when a value says so, which Kubernetes cannot compute and therefore never lets go', async () => {
    const name = await pods.start();
    await protect('pdb.minAvailable=100%');
    await untilComputed(`${fullNameOf('ops')}-worker-pdb`, { reason: 'SyncFailed', allowed: 0 });
    expect(await evict(name)).toEqual({ status: 429, why: expect.stringContaining('still being processed') });
  });

  it("is a budget in each served namespace for Spacelift's own controller, which keeps none itself", async () => {
    const name = await pods.start();
    await protect('controllerManager.rbac.rules=official');
    await untilComputed(`${fullNameOf('ops')}-worker-pdb`, { allowed: 0 });
    expect(await evict(name)).toMatchObject({ status: 429 });
  });
});
