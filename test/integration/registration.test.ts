import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { decodeJwt } from 'jose';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { API_CREDENTIALS_SECRET, API_VERSION, CONTROLLER_VARIABLE, LABEL, type WorkerPoolSpec } from '../../src/api';
import type { Role } from '../../src/control-plane/identity/rights';
import { makePoolKey } from '../../src/protocol/pool-key';
import { parseToken, type PoolToken } from '../../src/protocol/token';
import { makeKey } from '../control-plane/support/credentials';
import { startController, type RunningController } from '../support/controlled-pool';
import { removeFolder, temporaryFolder } from '../support/folder';
import { eventually, kube, kubeOk } from '../support/kube';
import { forFile, forTest } from './pool.fixtures';

jest.setTimeout(120_000);

const file = forFile();
const each = forTest('registration');

let controller: RunningController;
let name: string;
let made = 0;

interface SecretObject {
  readonly metadata: { readonly name: string; readonly ownerReferences?: readonly { readonly kind: string }[] };
  readonly data: Readonly<Record<string, string>>;
}

const secretPath = (secret = '') => `/api/v1/namespaces/${each.objects.namespace}/secrets${secret && `/${secret}`}`;
const poolPath = () => `/apis/workers.spacelift.io/v1beta1/namespaces/${each.objects.namespace}/workerpools/${name}`;

const start = () => startController(each.objects.namespace, { controllerNamespace: each.objects.namespace });

/** An API key, and what belongs into a Secret for it. */
async function newKey(role: Role = 'worker-pool-controller') {
  made += 1;
  const { id, secret } = await file.controlPlane.admin.keys.create({ name: `cluster ${made}`, role });
  return { endpoint: file.controlPlane.url, keyId: id, keySecret: secret!, 'ca.crt': file.controlPlane.ca };
}

async function putSecret(secret: string, stringData: Readonly<Record<string, string>>): Promise<void> {
  const { status } = await kube('GET', secretPath(secret));
  if (status === 404) await kubeOk('POST', secretPath(), { metadata: { name: secret }, stringData });
  else await kubeOk('PATCH', secretPath(secret), { stringData });
}

const createPool = (spec: WorkerPoolSpec = {}) =>
  each.objects.createPool(name, { token: undefined, privateKey: undefined, poolSize: 1, ...spec });

const inControlPlane = async () => (await file.controlPlane.admin.pools()).filter((pool) => pool.name === name);

const ownSecret = async () => kubeOk<SecretObject>('GET', secretPath(`${name}-registration`));

async function token(): Promise<PoolToken> {
  return parseToken(Buffer.from((await ownSecret()).data.token!, 'base64').toString('utf8'));
}

const untilNotRegistered = (reason: string, message: RegExp) =>
  each.objects.untilCondition(name, 'Registered', {
    status: 'False',
    reason,
    message: expect.stringMatching(message) as unknown as string,
  });

/** Nothing that people read shows the secret of the key. */
async function expectUntold(secret: string): Promise<void> {
  const shown = JSON.stringify([await each.objects.pool(name), await each.objects.events()]);
  expect(shown).not.toContain(secret);
}

beforeEach(async () => {
  made += 1;
  name = `team-${made}`;
  controller = await start();
});

afterEach(() => controller.stop());

describe('a WorkerPool without token', () => {
  it('registers itself with the key of the operator, is kept equal, and goes with its pool', async () => {
    const key = await newKey();
    await createPool({ description: 'of the team', driftDetectionRunLimits: { maxRuns: 2 } });
    await untilNotRegistered('CredentialsMissing', /there is no Secret "spacelift-api-credentials" in namespace/);
    await putSecret(API_CREDENTIALS_SECRET, key);
    const { status, metadata } = await each.objects.untilSettled(name);
    expect(status).toMatchObject({ autoRegistered: true, actualPoolSize: 1 });
    const [pool, ...others] = await inControlPlane();
    expect(others).toEqual([]);
    expect(pool).toMatchObject({
      description: 'of the team',
      labels: [],
      driftDetectionRunLimit: 2,
      managedBy: `${each.objects.namespace}/${name}`,
    });
    expect(metadata.labels).toMatchObject({ [LABEL.poolUlid]: pool!.id });
    expect((await ownSecret()).metadata.ownerReferences).toMatchObject([
      { kind: 'WorkerPool', name, controller: true },
    ]);

    await kubeOk('PATCH', poolPath(), {
      metadata: { labels: { team: 'platform' } },
      spec: { description: 'another', space: 'network', driftDetectionRunLimits: { disabled: true, maxRuns: null } },
    });
    await eventually(async () =>
      expect(await inControlPlane()).toMatchObject([
        {
          id: pool!.id,
          description: 'another',
          labels: ['team:platform'],
          space: 'network',
          driftDetectionRunLimit: 0,
        },
      ]),
    );
    await expectUntold(key.keySecret);

    await each.objects.deletePool(name);
    await eventually(async () => expect(await each.objects.pool(name)).toBeUndefined());
    expect(await inControlPlane()).toEqual([]);
    expect((await kube('GET', secretPath(`${name}-registration`))).status).toBe(404);
  });

  it.each<[string, WorkerPoolSpec, (key: Awaited<ReturnType<typeof newKey>>) => Record<string, string>]>([
    [
      'names of its own for them',
      {
        spaceliftAPICredentials: {
          secretName: 'own',
          keyEndpointField: 'url',
          keyIdField: 'id',
          keySecretField: 'secret',
        },
      },
      ({ endpoint, keyId, keySecret, 'ca.crt': ca }) => ({ url: endpoint, id: keyId, secret: keySecret, 'ca.crt': ca }),
    ],
    [
      'all of them under one key',
      { spaceliftAPICredentials: { secretKeyRef: { name: 'own', key: 'credentials' } } },
      (key) => ({ credentials: JSON.stringify(key) }),
    ],
  ])('registers itself with credentials of its own, %s', async (_, spec, valuesOf) => {
    await putSecret('own', valuesOf(await newKey()));
    await createPool(spec);
    await each.objects.untilSettled(name);
    expect(await inControlPlane()).toHaveLength(1);
  });

  it('says that the key is refused, and goes on once the Secret has a better one', async () => {
    const wrong = { ...(await newKey()), keySecret: 'of-another-key-altogether' };
    await putSecret(API_CREDENTIALS_SECRET, wrong);
    await createPool();
    await untilNotRegistered('APIKeyRejected', /does not take the API key .* unauthorized/);
    await expectUntold(wrong.keySecret);
    await putSecret(API_CREDENTIALS_SECRET, await newKey('reader'));
    await untilNotRegistered('APIKeyRejected', /has the role reader/);
    await eventually(async () =>
      expect(await each.objects.events()).toContainEqual(
        expect.objectContaining({ type: 'Warning', reason: 'WorkerPoolCannotRegister' }),
      ),
    );
    await putSecret(API_CREDENTIALS_SECRET, await newKey());
    await each.objects.untilSettled(name);
  });

  it('leaves a pool of that name alone that is not its own', async () => {
    await putSecret(API_CREDENTIALS_SECRET, await newKey());
    const { csr } = await makeKey();
    const { id } = await file.controlPlane.admin.createPool({ name, certificateSigningRequest: csr });
    await createPool();
    await untilNotRegistered(
      'PoolNameTaken',
      new RegExp(`has a pool ${name} already \\(${id}\\), which is not of this`),
    );
    await file.controlPlane.admin.deletePool(id);
    await each.objects.untilSettled(name);
    expect(await inControlPlane()).toMatchObject([{ managedBy: `${each.objects.namespace}/${name}` }]);
  });

  it('gives its pool another key when its Secret is lost', async () => {
    await putSecret(API_CREDENTIALS_SECRET, await newKey());
    await createPool();
    await each.objects.untilSettled(name);
    const { poolId, certificate } = await token();
    await controller.stop();
    await kubeOk('DELETE', secretPath(`${name}-registration`));
    controller = await start();
    await eventually(async () => expect((await token()).certificate).not.toBe(certificate));
    expect((await token()).poolId).toBe(poolId);
    await each.objects.untilSettled(name);
    expect(await inControlPlane()).toHaveLength(1);
  });

  it('says that its pool was deleted, and makes another when its Secret is deleted', async () => {
    await putSecret(API_CREDENTIALS_SECRET, await newKey());
    await createPool();
    await each.objects.untilSettled(name);
    const { poolId } = await token();
    await controller.stop();
    await file.controlPlane.admin.deletePool(poolId, 'cluster');
    controller = await start();
    await untilNotRegistered('PoolLost', new RegExp(`pool ${poolId} was deleted in the control plane`));
    await kubeOk('DELETE', secretPath(`${name}-registration`));
    await each.objects.untilSettled(name);
    expect((await token()).poolId).not.toBe(poolId);
  });

  it('leaves its pool to people once an admin has unlocked it', async () => {
    await putSecret(API_CREDENTIALS_SECRET, await newKey());
    await createPool({ description: 'of the cluster' });
    await each.objects.untilSettled(name);
    const { poolId } = await token();
    await expect(file.controlPlane.admin.deletePool(poolId)).rejects.toThrow('is managed by the WorkerPool');
    await file.controlPlane.admin.unlockPool(poolId);
    await each.objects.deletePool(name);
    await eventually(async () => expect(await each.objects.pool(name)).toBeUndefined());
    expect(await inControlPlane()).toMatchObject([{ id: poolId, description: 'of the cluster' }]);
  });

  it("registers itself by the token of the controller's ServiceAccount", async () => {
    const { namespace } = each.objects;
    const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
    await kubeOk('POST', accounts, { metadata: { name: 'controller' } });
    const { status } = await kubeOk<{ status: { token: string } }>('POST', `${accounts}/controller/token`, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { audiences: ['worker-pools'], expirationSeconds: 600 },
    });
    const { id } = await file.controlPlane.admin.keys.create({
      name: `oidc ${namespace}`,
      role: 'worker-pool-controller',
      oidc: {
        issuer: decodeJwt(status.token).iss!,
        clientId: 'worker-pools',
        subjectExpression: `system:serviceaccount:${namespace}:controller`,
        jwks: JSON.stringify(await kubeOk<object>('GET', '/openid/v1/jwks')),
      },
    });
    const folder = temporaryFolder();
    process.env[CONTROLLER_VARIABLE.apiTokenFile] = join(folder, 'token');
    try {
      writeFileSync(join(folder, 'token'), `${status.token}\n`);
      const { endpoint, 'ca.crt': ca } = await newKey('reader');
      await putSecret(API_CREDENTIALS_SECRET, { endpoint, keyId: id, 'ca.crt': ca });
      await createPool();
      await each.objects.untilSettled(name);
    } finally {
      delete process.env[CONTROLLER_VARIABLE.apiTokenFile];
      removeFolder(folder);
    }
  });
});

describe('a controller that ends while it registers a pool', () => {
  /** What lies there when it was killed: the key is kept, and the answer of the control plane is not. */
  it.each([
    ['before the control plane heard of it', false],
    ['before the token was kept', true],
  ])('makes no second pool when it ended %s', async (_, isMade) => {
    await controller.stop();
    await putSecret(API_CREDENTIALS_SECRET, await newKey());
    await createPool();
    const { metadata } = (await each.objects.pool(name))!;
    const { privateKeyPem, csrPem } = await makePoolKey('ec');
    await kubeOk('POST', secretPath(), {
      metadata: {
        name: `${name}-registration`,
        ownerReferences: [{ apiVersion: API_VERSION, kind: 'WorkerPool', name, uid: metadata.uid, controller: true }],
      },
      stringData: {
        privateKey: Buffer.from(privateKeyPem).toString('base64'),
        certificateSigningRequest: csrPem,
      },
    });
    const managedBy = `${each.objects.namespace}/${name}`;
    if (isMade) await file.controlPlane.admin.createPool({ name, certificateSigningRequest: csrPem, managedBy });
    const before = await inControlPlane();
    controller = await start();
    await each.objects.untilSettled(name);
    const after = await inControlPlane();
    expect(after).toHaveLength(1);
    if (isMade) expect(after[0]!.id).toBe(before[0]!.id);
    expect(Buffer.from((await ownSecret()).data.privateKey!, 'base64').toString()).toBe(
      Buffer.from(privateKeyPem).toString('base64'),
    );
  });

  it('makes no second pool whenever it is stopped', async () => {
    await putSecret(API_CREDENTIALS_SECRET, await newKey());
    await createPool();
    for (const pause of [20, 60, 120, 250, 500]) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      await controller.stop();
      controller = await start();
    }
    await each.objects.untilSettled(name);
    expect(await inControlPlane()).toHaveLength(1);
  });
});
