import { describe, expect, it } from '@jest/globals';
import { makeStack, TestControlPlane } from '../control-plane/support/control-plane';
import { newPool, secretValues, type SecretValues } from '../support/controlled-pool';
import { eventually, kube, kubeOk } from '../support/kube';
import { forFile, forTest, POOL, withController } from './pool.fixtures';

const file = forFile();
const each = forTest('worker-pool-faults');
withController(each);

const untilCondition = (type: string, expected: object): Promise<void> =>
  each.objects.untilCondition(POOL, type, expected);

/** The pool says what is wrong, in condition and event, and has no Workers; nothing secret is in either. */
async function expectCannotRegister(reason: string, message: string | RegExp, secret?: Partial<SecretValues>) {
  const expected = typeof message === 'string' ? message : expect.stringMatching(message);
  await untilCondition('Registered', { status: 'False', reason, message: expected });
  expect(await each.objects.condition(POOL, 'Ready')).toMatchObject({ status: 'False', reason, message: expected });
  await eventually(async () =>
    expect(await each.objects.events()).toContainEqual(
      expect.objectContaining({
        type: 'Warning',
        reason: 'WorkerPoolCannotRegister',
        message: expected,
        source: { component: 'workerpool-controller' },
      }),
    ),
  );
  expect(await each.objects.workers()).toEqual([]);
  // The column of a pool that was never registered is blank.
  expect((await each.objects.pool(POOL))?.status).not.toHaveProperty('actualPoolSize');
  const shown = JSON.stringify([await each.objects.pool(POOL), await each.objects.events()]);
  for (const value of Object.values(secret ?? {}))
    if (value.length > 20) expect(shown).not.toContain(value.slice(0, 20));
}

const PREFIX = 'Unable to register worker pool: ';
const CHAIN = `${PREFIX}cannot retrieve workerpool token: `;

describe('a WorkerPool with unusable credentials says so, and goes on by itself once they are mended', () => {
  const notPem = Buffer.from('this is not a PEM').toString('base64');
  const cases: [string, (good: SecretValues) => Promise<Partial<SecretValues> | undefined>, string, string | RegExp][] =
    [
      [
        'without the Secret',
        () => Promise.resolve(undefined),
        'SecretNotFound',
        /^Unable to register worker pool: cannot retrieve workerpool token: there is no Secret "pool" in namespace "worker-pool-faults-\w+", which spec\.token names/,
      ],
      [
        'without a key in the Secret',
        ({ token }) => Promise.resolve({ token }),
        'SecretNotFound',
        /has no key "privateKey", which spec\.privateKey names \(it has "token"\)$/,
      ],
      [
        'with a privateKey that is not base64',
        ({ token }) => Promise.resolve({ token, privateKey: '-----BEGIN RSA PRIVATE KEY-----' }),
        'PrivateKeyInvalid',
        `${CHAIN}unable to base64 decode privateKey: illegal base64 data at input byte 0: it looks like the PEM itself: keep its base64 in the Secret (base64 -w0 FILE), besides the base64 that Kubernetes itself puts below data`,
      ],
      [
        'with a token that is cut off',
        ({ token, privateKey }) => Promise.resolve({ token: `${token.slice(0, 40)}%`, privateKey }),
        'TokenInvalid',
        `${CHAIN}unable to base64 decode token: illegal base64 data at input byte 40`,
      ],
      [
        'with a token that is no configuration',
        ({ privateKey }) => Promise.resolve({ token: notPem, privateKey }),
        'TokenInvalid',
        /the token is base64, but not of a worker pool configuration/,
      ],
      [
        'with a privateKey that is no key',
        ({ token }) => Promise.resolve({ token, privateKey: notPem }),
        'PrivateKeyInvalid',
        /the privateKey is base64, but not of a PEM private key/,
      ],
      [
        'with the token of another pool',
        async ({ privateKey }) => ({ token: (await newPool(file.controlPlane)).secret.token, privateKey }),
        'CredentialsMismatch',
        /token and privateKey belong to different pools/,
      ],
    ];
  it.each(cases)('%s', async (_, spoil, reason, message) => {
    const { secret, id } = await newPool(file.controlPlane);
    const spoiled = await spoil(secret);
    if (spoiled) await each.objects.putSecret(POOL, spoiled);
    await each.objects.createPool(POOL, { poolSize: 2 });
    await expectCannotRegister(reason, message, spoiled);
    await each.objects.putSecret(POOL, secret);
    await untilCondition('Ready', { status: 'True' });
    expect(await file.controlPlane.admin.workers(id)).toHaveLength(2);
  });

  it('without token and privateKey', async () => {
    const { secret } = await newPool(file.controlPlane);
    await kubeOk('POST', `/apis/workers.spacelift.io/v1beta1/namespaces/${each.objects.namespace}/workerpools`, {
      apiVersion: 'workers.spacelift.io/v1beta1',
      kind: 'WorkerPool',
      metadata: { name: POOL },
      spec: { poolSize: 1 },
    });
    await expectCannotRegister('CredentialsMissing', /spec\.token and spec\.privateKey are not set/);
    await each.objects.putSecret(POOL, secret);
    await each.objects.changePool(POOL, {
      token: { secretKeyRef: { name: POOL, key: 'token' } },
      privateKey: { secretKeyRef: { name: POOL, key: 'privateKey' } },
    });
    await untilCondition('Ready', { status: 'True' });
  });
});

describe.each(['mqtt', 'poll'] as const)('a control plane that is no use, over %s', (commsProtocol) => {
  const spec = (endpoint: string) => ({
    poolSize: 1,
    commsProtocol,
    ...(commsProtocol === 'poll' && { pollCommsURL: endpoint }),
  });

  it('refuses the credentials of a pool that was reset, and takes the new ones', async () => {
    const made = await newPool(file.controlPlane);
    const other = await newPool(file.controlPlane);
    await file.controlPlane.admin.deletePool(made.id);
    await each.objects.putSecret(POOL, made.secret);
    await each.objects.createPool(POOL, spec(made.token.endpoint));
    await expectCannotRegister('CredentialsRejected', /^Unable to register worker pool: /);
    await each.objects.putSecret(POOL, other.secret);
    await untilCondition('Ready', { status: 'True' });
    expect((await each.objects.pool(POOL))?.metadata.labels).toEqual({ 'workers.spacelift.io/ulid': other.id });
  });

  it('has a certificate of an authority that the token does not name', async () => {
    const made = await newPool(file.controlPlane);
    const stranger = await TestControlPlane.start();
    const { ca } = stranger;
    await stranger.close();
    await each.objects.putSecret(POOL, secretValues({ ...made, token: { ...made.token, ca } }));
    await each.objects.createPool(POOL, spec(made.token.endpoint));
    await expectCannotRegister('ControlPlaneCertificateInvalid', /certificate/);
    await each.objects.putSecret(POOL, made.secret);
    await untilCondition('Ready', { status: 'True' });
  });

  it('cannot be reached, and then can', async () => {
    const away = await TestControlPlane.start();
    try {
      const made = await newPool(away);
      await away.restart(async () => {
        await each.objects.putSecret(POOL, made.secret);
        await each.objects.createPool(POOL, spec(made.token.endpoint));
        await expectCannotRegister('ControlPlaneUnreachable', /127\.0\.0\.1|localhost/);
      });
      await untilCondition('Ready', { status: 'True' });
    } finally {
      await away.close();
    }
  });
});

describe('the Pod template', () => {
  it('is refused by the API server: the pool registers, says why, and is ready once it is mended', async () => {
    await each.objects.addPool(file.controlPlane, POOL, { poolSize: 1, pod: { dnsPolicy: 'Nonsense' } });
    await untilCondition('PodTemplateValid', {
      status: 'False',
      reason: 'PodInvalid',
      message: expect.stringMatching(
        /^The API server refuses run Pods of this pool as invalid: spec\.dnsPolicy: .*"Nonsense"/,
      ),
    });
    await untilCondition('Registered', { status: 'True' });
    await untilCondition('Ready', { status: 'False', reason: 'PodInvalid' });
    expect(await each.objects.workers()).toHaveLength(1);
    await each.objects.changePool(POOL, { pod: { dnsPolicy: null as unknown as string } });
    await untilCondition('PodTemplateValid', { status: 'True' });
    await untilCondition('Ready', { status: 'True' });
  });

  it('names an initialization policy that is not there: the pool says so before any run, until it is', async () => {
    const folder = '/policies';
    await each.objects.addPool(file.controlPlane, POOL, {
      poolSize: 1,
      pod: {
        volumes: [{ name: 'policy', configMap: { name: 'policy' } }],
        initContainer: {
          volumeMounts: [{ name: 'policy', mountPath: folder }],
          env: [{ name: 'SPACELIFT_LAUNCHER_RUN_INITIALIZATION_POLICY', value: `${folder}/policy.rego` }],
        },
      },
    });
    await untilCondition('PodTemplateValid', { status: 'False', message: expect.stringContaining('policy') });
    await kube('POST', `/api/v1/namespaces/${each.objects.namespace}/configmaps`, {
      metadata: { name: 'policy' },
      data: { 'policy.rego': 'package spacelift' },
    });
    await untilCondition('PodTemplateValid', { status: 'True' });
  });
});

it('lets a busy Worker finish its run when the pool is scaled to zero', async () => {
  const { id } = await each.objects.addPool(file.controlPlane, POOL, { poolSize: 2 });
  await untilCondition('Ready', { status: 'True' });
  await makeStack(file.controlPlane, id, `stack-${id.toLowerCase()}`);
  const run = await file.controlPlane.admin.createRun({ stack: `stack-${id.toLowerCase()}` });
  const pods = `/api/v1/namespaces/${each.objects.namespace}/pods`;
  const podName = `${run.id.toLowerCase()}-preparing-1`;
  await eventually(async () => expect((await kube('GET', `${pods}/${podName}`)).status).toBe(200));

  await each.objects.scale(POOL, 0);
  await eventually(async () => expect(await each.objects.workers()).toHaveLength(1));
  await untilCondition('Ready', { status: 'False', reason: 'Draining' });
  const [busy] = await each.objects.workers();
  expect(busy?.metadata.deletionTimestamp).toBeUndefined();
  expect((await kube('GET', `${pods}/${podName}`)).status).toBe(200);

  await file.controlPlane.admin.stop(run.id);
  await eventually(async () => {
    expect(await each.objects.workers()).toEqual([]);
    expect((await each.objects.pool(POOL))?.status).toMatchObject({ actualPoolSize: 0, desiredPoolSize: 0 });
  });
});
