/** The rights of a release beside what its controller asks for, by the audit log of a real API server. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { API_CREDENTIALS_SECRET, LABEL } from '../../src/api';
import { TestControlPlane } from '../control-plane/support/control-plane';
import { containers, exited, running } from '../controller/run/fixtures';
import type { RunningApiServer } from '../support/api-server.start';
import { lacksRight, readAuditLog, rightOf, rightsOf, type AuditEvent, type GrantedRule } from '../support/audit-log';
import { installCrds, type RunningController } from '../support/controlled-pool';
import { CHART, fullNameOf, HelmCluster } from '../support/helm-cluster';
import { startControllerOf } from '../support/helm-controller';
import { createNamespace, eventually, kubeOk, tokenOf } from '../support/kube';
import { ASKED_ABOUT } from '../support/rights-used';
import { scrape, TOKEN_FILE, type Endpoint } from '../support/scrape';
import { startOwnApiServer } from '../support/own-api-server';
import { POOL } from './pool.fixtures';
import { RunScene } from './run.fixtures';

jest.setTimeout(120_000);

/** Rights that this test cannot rely on to see used, and what they are for; that some test does is seen at the end of all. */
const UNSEEN = {
  ...ASKED_ABOUT,
  'get workers.spacelift.io/workers': 'after a conflict about its finalizers',
  'get policy/poddisruptionbudgets': 'where one of the same name is there already',
  'delete policy/poddisruptionbudgets': 'some time after the last run',
};

const scratch = mkdtempSync(join(tmpdir(), 'worker-pools-rights-'));
const AUDIT_LOG = join(scratch, 'audit.jsonl');

let server: RunningApiServer;
let cluster: HelmCluster;
let controlPlane: TestControlPlane;
let controller: RunningController;
let operators: string;
let scene: RunScene;

beforeAll(async () => {
  // Under this plugin OpenShift runs: who makes an object that blocks the deletion of its owner needs a right for that.
  const flags = { 'enable-admission-plugins': 'OwnerReferencesPermissionEnforcement' };
  server = await startOwnApiServer({ auditLog: AUDIT_LOG, flags });
  await installCrds();
  cluster = new HelmCluster(server);
  controlPlane = await TestControlPlane.start();
  operators = await createNamespace('operators');
  const values = ['crds.install=false', 'metricsService.enabled=true', 'pdb.enabled=true'].join(',');
  await cluster.helmOk('install', 'ops', CHART, '--namespace', operators, '--set', values);
  controller = await startControllerOf(cluster, 'ops', operators);
  // In another namespace than the operator's, without a controller there.
  scene = await RunScene.open(controlPlane, {}, 0);
}, 240_000);

afterAll(async () => {
  await scene.close();
  await controller.stop();
  await controlPlane.close();
  cluster.remove();
  await server.stop();
  rmSync(scratch, { recursive: true });
});

describe('the ServiceAccount of a release', () => {
  it('may do what the controller does, and no more', async () => {
    await carryOutRun();
    await loseLabelOfRunningPod();
    // By somebody whom the API server is asked about.
    const endpoint: Endpoint = {
      scheme: 'https',
      path: '/metrics',
      tlsConfig: { insecureSkipVerify: true },
      bearerTokenFile: TOKEN_FILE,
    };
    const token = await tokenOf(operators, 'default');
    expect(await scrape(endpoint, controller.ports.metrics, token)).toMatchObject({ status: 403 });
    await loseSecret();
    await missPolicy();
    for (const size of [2, 1, 2, 0]) await resize(size);
    await registerPool();
    await scene.objects.deletePool(POOL);
    await eventually(async () => expect(await scene.objects.pool(POOL)).toBeUndefined());
    await controller.stop();

    const granted = await rights();
    // A request is logged after it was answered. Some of those that no test can rely on to see may be seen.
    await eventually(() => {
      const { made, refused } = requests();
      expect(refused).toEqual([]);
      expect([...new Set([...made, ...Object.keys(UNSEEN)])].sort()).toEqual(granted);
    });
  });
});

async function carryOutRun(): Promise<void> {
  await scene.trigger();
  const pod = await scene.pod();
  const launcher = await scene.startIn(pod);
  await scene.setPodStatus(pod, containers({ relay: running, worker: running }));
  await launcher.outcome('Succeeded');
  await scene.setPodStatus(pod, containers({ relay: exited(0), worker: exited(0) }, { phase: 'Succeeded' }));
  await scene.untilNoPod();
}

/** The controller finds the Pod again, and gives the label back. */
async function loseLabelOfRunningPod(): Promise<void> {
  const { id } = await scene.trigger();
  const pod = await scene.pod();
  await scene.startIn(pod);
  await scene.setPodStatus(pod, containers({ relay: running, worker: running }));
  await scene.removeLabel(pod, LABEL.workerPool);
  await eventually(async () => expect((await scene.pod()).metadata.labels).toHaveProperty([LABEL.workerPool]));
  await scene.removePod(pod);
  await scene.untilRun(id, { state: 'FAILED' });
}

/** The pool is registered once more, which its first event counts. */
async function loseSecret(): Promise<void> {
  const reference = (name: string) => ({ token: key(name, 'token'), privateKey: key(name, 'privateKey') });
  await scene.objects.changePool(POOL, reference('lost'));
  await eventually(async () => {
    expect(await scene.objects.condition(POOL, 'Registered')).toMatchObject({ reason: 'SecretNotFound' });
  });
  await scene.objects.changePool(POOL, reference(POOL));
  await eventually(async () => {
    expect(await scene.objects.events()).toContainEqual(expect.objectContaining({ reason: 'Registered', count: 2 }));
  });
}

/** The pool has an initialization policy in a ConfigMap that comes later. */
async function missPolicy(): Promise<void> {
  const folder = '/opt/spacelift/policies/initialization';
  const pod = {
    volumes: [{ name: 'policy', configMap: { name: 'policy' } }],
    initContainer: {
      volumeMounts: [{ name: 'policy', mountPath: folder }],
      env: [{ name: 'SPACELIFT_LAUNCHER_RUN_INITIALIZATION_POLICY', value: `${folder}/policy.rego` }],
    },
  };
  const condition = async (expected: object): Promise<void> =>
    eventually(async () => {
      expect(await scene.objects.condition(POOL, 'PodTemplateValid')).toMatchObject(expected);
    });
  await scene.objects.changePool(POOL, { pod });
  await condition({ status: 'False', reason: 'PolicyNotFound', message: expect.stringContaining('"policy.rego"') });
  await kubeOk('POST', `/api/v1/namespaces/${scene.objects.namespace}/configmaps`, {
    ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'policy' } },
    data: { 'policy.rego': 'package spacelift\n' },
  });
  await condition({ status: 'True', reason: 'Accepted' });
}

const key = (name: string, of: string) => ({ secretKeyRef: { name, key: of } });

async function resize(size: number): Promise<void> {
  await scene.objects.scale(POOL, size);
  await eventually(async () => expect(await scene.objects.workers()).toHaveLength(size));
}

/** A pool that registers itself with the operator's API key has a Secret made, changed and deleted. */
async function registerPool(): Promise<void> {
  const { id, secret } = await controlPlane.admin.keys.create({ name: 'cluster', role: 'worker-pool-controller' });
  await kubeOk('POST', `/api/v1/namespaces/${operators}/secrets`, {
    metadata: { name: API_CREDENTIALS_SECRET },
    stringData: { endpoint: controlPlane.url, keyId: id, keySecret: secret!, 'ca.crt': controlPlane.ca },
  });
  await scene.objects.createPool('itself', { token: undefined, privateKey: undefined, poolSize: 0 });
  await scene.objects.untilSettled('itself');
  await scene.objects.deletePool('itself');
  await eventually(async () => expect(await scene.objects.pool('itself')).toBeUndefined());
}

interface Role {
  readonly metadata: { readonly name: string };
  readonly rules: readonly GrantedRule[];
}

/** What the account's roles grant, as "verb group/resource". */
async function rights(): Promise<string[]> {
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const lists = await Promise.all(
    [`${rbac}/clusterroles`, `${rbac}/namespaces/${operators}/roles`].map((path) =>
      kubeOk<{ items: Role[] }>('GET', path),
    ),
  );
  const own = lists
    .flatMap(({ items }) => items)
    .filter(
      ({ metadata: { name } }) =>
        name.startsWith(fullNameOf('ops')) && !/-(reader|viewer-role|editor-role)$/.test(name),
    );
  return rightsOf(own.flatMap(({ rules }) => rules));
}

/** What the account asked the API server for. */
function requests(): { made: string[]; refused: string[] } {
  const account = `system:serviceaccount:${operators}:${fullNameOf('ops')}-controller-manager`;
  const events = readAuditLog(AUDIT_LOG).filter(({ user }) => user.username === account);
  const named = (some: readonly AuditEvent[]) => [...new Set(some.map(rightOf))].sort();
  return { made: named(events), refused: named(events.filter(lacksRight)) };
}
