import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { workerCrd, workerPoolCrd } from '../../src/api';
import { startControlPlane, type ControlPlane, type PoolRecord } from '../../src/control-plane';
import { poolJwtSource } from '../../src/protocol/auth';
import { parseToken } from '../../src/protocol/token';
import { makeKey } from '../control-plane/support/credentials';
import { startApiServer, type RunningApiServer } from '../support/api-server.start';
import { freePort } from '../support/own-servers';
import type { ProgramProcess } from '../support/program-process';
import { ApiClient } from './api-client';
import { startImageProgram } from './image-program';
import { PodPlayer } from './pods';
import { sleep } from '../support/waiting';

/** Where the controller works. */
export const NAMESPACE = 'bench';
/** Where the bare client works, out of the controller's sight. */
export const BARE_NAMESPACE = 'bare';
export const STACK = 'bench';
const ACCOUNT = 'controller';

export const podsPath = (namespace: string): string => `/api/v1/namespaces/${namespace}/pods`;
export const workersPath = `/apis/workers.spacelift.io/v1beta1/namespaces/${NAMESPACE}/workers`;
export const workerPoolsPath = `/apis/workers.spacelift.io/v1beta1/namespaces/${NAMESPACE}/workerpools`;

/** Everything that is measured, or measured with; all of it real but the node. */
export interface Laboratory {
  readonly auditLog: string;
  /** The administrator. */
  readonly client: ApiClient;
  /** Has the controller's account. */
  readonly bareClient: ApiClient;
  readonly controlPlane: ControlPlane;
  readonly pool: PoolRecord;
  /** The one that runs now. */
  readonly controller: ProgramProcess;
  readonly player: PodPlayer;
  /** Ends the controller and starts a new one; resolves when it is ready. */
  restartController(): Promise<void>;
  /** Aborted when the laboratory closes. */
  readonly signal: AbortSignal;
  close(): Promise<void>;
}

export interface LaboratoryOptions {
  /** Path of the controller's bundle. */
  readonly bundle: string;
  /** Requests a second that the controller is allowed, twice as many at once. @default the controller's own limits */
  readonly qps?: number;
  /** Flags of Node for the controller. @default those of its image */
  readonly nodeFlags?: readonly string[];
}

/** Starts it all; `close` ends it all and leaves nothing behind. */
export async function openLaboratory(options: LaboratoryOptions): Promise<Laboratory> {
  const folder = mkdtempSync(join(tmpdir(), 'worker-pools-bench-'));
  const closing = new AbortController();
  const closers: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    closing.abort(new Error('the bench was ended'));
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    // Not spread into another object: its controller changes.
    return Object.assign(await furnish(options, folder, closers), { signal: closing.signal, close });
  } catch (error) {
    await close();
    throw error;
  }
}

async function furnish(options: LaboratoryOptions, folder: string, closers: (() => unknown)[]) {
  const auditLog = join(folder, 'audit.jsonl');
  const server = await startApiServer({ auditLog });
  closers.push(() => server.stop());
  const client = new ApiClient(server);
  closers.push(() => client.close());
  await prepareCluster(client);
  const token = await prepareAccount(client);
  const bareClient = new ApiClient(server, token);
  closers.push(() => bareClient.close());

  const dataDir = join(folder, 'control-plane');
  mkdirSync(dataDir);
  const images = { launcherImage: 'example.test/launcher:1', defaultRunnerImage: 'example.test/runner:1' };
  const controlPlane = await startControlPlane({ dataDir, port: 0, mqttPort: 0, ...images });
  closers.push(() => controlPlane.close());
  const { pool, jwt } = await preparePool(client, controlPlane, 'bench');
  const player = playerOf(client, controlPlane, jwt);
  closers.push(() => player.close());

  const account = prepareAccountFolder(server, token, folder);
  const start = async (): Promise<ProgramProcess> => {
    const health = `127.0.0.1:${await freePort()}`;
    const started = startController(server, options, account, folder, health);
    // What is measured begins with the WorkerPool, not with the start of Node.
    await Promise.race([readiness(health), started.ended]);
    return started;
  };
  let controller = await start();
  closers.push(() => controller.stop());
  const restartController = async (): Promise<void> => {
    await controller.stop();
    controller = await start();
  };
  return {
    ...{ auditLog, client, bareClient, controlPlane, pool, player, restartController },
    get controller() {
      return controller;
    },
  };
}

export function playerOf(client: ApiClient, { url, ca }: ControlPlane, jwt: () => Promise<string>): PodPlayer {
  return new PodPlayer({ client, path: podsPath(NAMESPACE), endpoint: url, ca, jwt });
}

async function prepareCluster(client: ApiClient): Promise<void> {
  for (const crd of [workerPoolCrd(), workerCrd()]) {
    await client.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', crd);
  }
  for (const name of [NAMESPACE, BARE_NAMESPACE]) {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    await client.create('/api/v1/namespaces', namespace);
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };
    await client.create(`/api/v1/namespaces/${name}/serviceaccounts`, account);
  }
  const served = async (path: string): Promise<boolean> =>
    client.request('GET', path).then(
      () => true,
      () => false,
    );
  for (let tries = 0; !(await served(workersPath)) || !(await served(workerPoolsPath)); tries += 1) {
    if (tries === 300) throw new Error('the API server does not serve the CRDs after 30 s');
    await sleep(100);
  }
  // At the first write of a kind the API server compiles the CRD's schema and rules: two seconds, once in its life.
  await client.create(`${workerPoolsPath}?dryRun=All`, workerPool(1));
}

/** A pool of the control plane with a stack of its name, and the Secret of its credentials; not yet its WorkerPool. */
export async function preparePool(client: ApiClient, { admin }: ControlPlane, name: string) {
  const { csr, privateKeyPem } = await makeKey('RSA');
  const pool = await admin.createPool({ name, certificateSigningRequest: csr });
  await admin.createStack({ name, pool: pool.id });
  await admin.uploadSource(name, Readable.from([Buffer.from('nobody unpacks it')]));
  await client.create(`/api/v1/namespaces/${NAMESPACE}/secrets`, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name },
    stringData: { token: pool.config, privateKey: Buffer.from(privateKeyPem).toString('base64') },
  });
  const { poolId, certificate } = parseToken(pool.config);
  return { pool, jwt: poolJwtSource({ poolId, certificate, privateKeyPem }, Date.now) };
}

/** The controller's own account, as its Pod would have it; the bare client of the comparison is the same. */
async function prepareAccount(client: ApiClient): Promise<string> {
  const accounts = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`;
  await client.create(accounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: ACCOUNT } });
  await client.create('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: ACCOUNT },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name: ACCOUNT, namespace: NAMESPACE }],
  });
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 7200 } };
  const { status } = await client.create<{ status: { token: string } }>(`${accounts}/${ACCOUNT}/token`, request);
  return status.token;
}

/** What a Pod finds of its ServiceAccount. */
function prepareAccountFolder(server: RunningApiServer, token: string, folder: string): string {
  const account = join(folder, 'account');
  mkdirSync(account);
  writeFileSync(join(account, 'token'), token);
  writeFileSync(join(account, 'ca.crt'), server.ca);
  return account;
}

/** Starts the controller with what a Pod finds, so that it takes the way to the API server that it takes there. */
function startController(
  server: RunningApiServer,
  { bundle, qps, nodeFlags }: LaboratoryOptions,
  account: string,
  folder: string,
  health: string,
): ProgramProcess {
  const { hostname, port } = new URL(server.url);
  const rate = qps === undefined ? [] : [`--kube-api-qps=${qps}`, `--kube-api-burst=${2 * qps}`];
  return startImageProgram({
    name: 'controller',
    bundle,
    args: [`--namespaces=${NAMESPACE}`, ...rate, `--health-probe-bind-address=${health}`],
    environment: {
      HOME: account,
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
      SERVICE_ACCOUNT_FOLDER: account,
    },
    log: join(folder, 'controller.log'),
    ...(nodeFlags && { nodeFlags }),
  });
}

async function readiness(address: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const answer = await fetch(`http://${address}/readyz`).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await sleep(100);
  }
  throw new Error('the controller is not ready after 30 s');
}

/** A WorkerPool as people write it, with the credentials of the prepared pool of that name. */
export const workerPool = (poolSize: number, name = 'bench'): object => ({
  apiVersion: 'workers.spacelift.io/v1beta1',
  kind: 'WorkerPool',
  metadata: { name },
  spec: {
    poolSize,
    token: { secretKeyRef: { name, key: 'token' } },
    privateKey: { secretKeyRef: { name, key: 'privateKey' } },
  },
});
