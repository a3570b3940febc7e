import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { LABEL, type Condition } from '../../src/api';
import { apiServer } from '../support/api-server';
import { installCrds } from '../support/controlled-pool';
import { CHART, fullNameOf, HelmCluster } from '../support/helm-cluster';
import { RunPods } from '../support/helm-run-pods';
import { createNamespace, eventually, kube, kubeOk, type KubeObject } from '../support/kube';
import { startControllerManager, type RunningControllerManager } from '../support/kube-controller-manager';

interface Budget extends KubeObject {
  status?: {
    observedGeneration?: number;
    disruptionsAllowed: number;
    desiredHealthy: number;
    expectedPods: number;
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

/** What Kubernetes makes of a budget once it has looked at it. */
function computed(name: string): Promise<{ allowed: number; condition: Condition }> {
  return eventually(async () => {
    const { status } = await kubeOk<Budget>('GET', `${budgets()}/${name}`);
    const condition = status?.conditions?.find(({ type }) => type === 'DisruptionAllowed');
    if (!status || !condition) throw new Error(`nobody has looked at the budget ${name}: ${JSON.stringify(status)}`);
    return { allowed: status.disruptionsAllowed, condition };
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
  it.each<[string, object, string, number]>([
    ['cannot be computed from a percentage that must stay', { minAvailable: '100%' }, 'SyncFailed', 0],
    ['cannot be computed from a number that may be missing', { maxUnavailable: 1 }, 'SyncFailed', 0],
    ['cannot be computed from a percentage that may be missing', { maxUnavailable: '0%' }, 'SyncFailed', 0],
    ['keeps as many Pods as there are', { minAvailable: 2 }, 'InsufficientPods', 0],
    ['lets one go where one fewer must stay', { minAvailable: 1 }, 'SufficientPods', 1],
  ])('%s', async (_, spec, reason, allowed) => {
    await pods.start();
    await pods.start();
    expect(await computed(await addBudget(spec))).toMatchObject({ condition: { reason }, allowed });
  });
});

describe('the budget that the chart gives', () => {
  async function install(...values: string[]): Promise<string> {
    const release = 'ops';
    const options = ['--namespace', namespace, '--set', 'crds.install=false,controllerManager.replicas=0'];
    await cluster.helmOk('install', release, CHART, ...options, '--set', ['pdb.enabled=true', ...values].join(','));
    return `${fullNameOf(release)}-worker-pdb`;
  }

  afterEach(async () => {
    await cluster.helmOk('uninstall', 'ops', '--namespace', namespace, '--ignore-not-found');
  });

  it('is computed, and keeps every run in progress from being evicted', async () => {
    const names = [await pods.start(), await pods.start(), await pods.start()];
    const budget = await install();
    expect(await computed(budget)).toMatchObject({ condition: { reason: 'InsufficientPods' }, allowed: 0 });
    for (const name of names) {
      expect(await evict(name)).toEqual({
        status: 429,
        why: expect.stringMatching(/needs \d+ healthy pods and has 3/),
      });
    }
  });

  it('keeps a run whose Pod is not ready, because one of its containers has ended', async () => {
    const name = await pods.start({ ready: false });
    await computed(await install());
    expect(await evict(name)).toMatchObject({ status: 429 });
  });

  it.each(['Succeeded', 'Failed'])(
    'does not hold up a drain for a Pod that is kept after its run (%s)',
    async (phase) => {
      const name = await pods.start({ phase });
      await computed(await install());
      expect(await evict(name)).toMatchObject({ status: 201 });
    },
  );

  it('is the official one when a value says so, which Kubernetes cannot compute and therefore never lets go', async () => {
    const name = await pods.start();
    const budget = await install('pdb.minAvailable=100%');
    expect(await computed(budget)).toMatchObject({ condition: { reason: 'SyncFailed' }, allowed: 0 });
    expect(await evict(name)).toEqual({ status: 429, why: expect.stringContaining('still being processed') });
  });
});
