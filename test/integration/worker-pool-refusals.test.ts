import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TestControlPlane } from '../control-plane/support/control-plane';
import {
  Admission,
  deadWebhook,
  denyingWebhook,
  hangingWebhook,
  POD_RESOURCE,
  WORKER_RESOURCE,
  type Webhook,
} from '../support/admission';
import type { WorkerPoolSpec } from '../../src/api';
import { ApiProxy } from '../support/api-proxy';
import { installCrds, PoolObjects, startController, type RunningController } from '../support/controlled-pool';
import { createNamespace, eventually, kubeOk } from '../support/kube';

jest.setTimeout(120_000);

const POOL = 'pool';
let controlPlane: TestControlPlane;
let objects: PoolObjects;
let controller: RunningController;
let admission: Admission;
let webhook: Webhook | undefined;
let proxy: ApiProxy;

beforeAll(async () => {
  await installCrds();
  controlPlane = await TestControlPlane.start();
  proxy = await ApiProxy.start();
});

afterAll(async () => {
  await proxy.close();
  await controlPlane.close();
});

beforeEach(async () => {
  objects = new PoolObjects(await createNamespace('refusals'));
  admission = new Admission(objects.namespace);
  controller = await startController(objects.namespace, { kubeconfig: proxy.kubeconfig });
});

afterEach(async () => {
  await controller.stop();
  await admission.end();
  await webhook?.close();
  webhook = undefined;
});

const makePool = (poolSize: number, pod?: WorkerPoolSpec['pod']) =>
  objects.addPool(controlPlane, POOL, { poolSize, ...(pod && { pod }) });

const untilCondition = (type: string, expected: object): Promise<void> => objects.untilCondition(POOL, type, expected);
const untilEvent = (expected: object): Promise<void> =>
  eventually(async () => expect(await objects.events()).toContainEqual(expect.objectContaining(expected)));
const untilSize = (count: number): Promise<void> =>
  eventually(async () => expect(await objects.workers()).toHaveLength(count));

describe.each([
  ['that nobody serves', deadWebhook, /connection refused/],
  ['that hangs', hangingWebhook, /deadline exceeded/],
])('a webhook for Pods %s', (_, start, cause) => {
  it('keeps no pool from registering and scaling, is told of, and is outlasted', async () => {
    webhook = await start();
    const mend = await admission.webhook(POD_RESOURCE, webhook.port);
    await admission.untilRefused(POD_RESOURCE);
    await makePool(1);
    await untilCondition('Registered', { status: 'True' });
    for (const size of [1, 3, 0, 2]) {
      await objects.scale(POOL, size);
      await untilSize(size);
    }
    const told = { reason: 'WebhookUnavailable', message: expect.stringMatching(cause) };
    await untilCondition('PodTemplateValid', { status: 'Unknown', ...told });
    await untilCondition('Ready', { status: 'Unknown', ...told });
    await untilEvent({ type: 'Warning', ...told });
    const generation = (await objects.pool(POOL))?.metadata.generation;
    await mend();
    await untilCondition('PodTemplateValid', { status: 'True', observedGeneration: generation });
    await untilCondition('Ready', { status: 'True' });
  });
});

describe('what is said of a Pod template', () => {
  const UNTAGGED = "object.spec.containers.all(c, c.image.contains(':'))";
  const OURS = "object.spec.containers.all(c, c.image.startsWith('example/'))";

  it('is said of the images that the runs get', async () => {
    await admission.policy(POD_RESOURCE, `${UNTAGGED} && ${OURS}`, 'images come from example only');
    await admission.untilRefused(POD_RESOURCE);
    await makePool(1);
    await untilCondition('PodTemplateValid', { status: 'True' });
    await untilCondition('Ready', { status: 'True' });
  });

  it('holds against images that a policy refuses, until the policy goes', async () => {
    const mend = await admission.policy(POD_RESOURCE, `!(${OURS})`, 'images come from elsewhere');
    await admission.untilRefused(POD_RESOURCE, false);
    await eventually(async () => {
      const image = { ...POD_RESOURCE.sample, spec: { containers: [{ name: 'probe', image: 'example/probe:1' }] } };
      await expect(
        kubeOk('POST', `/api/v1/namespaces/${objects.namespace}/pods?dryRun=All`, {
          ...image,
          metadata: { name: 'probe' },
        }),
      ).rejects.toThrow('images come from elsewhere');
    });
    await makePool(1);
    const refused = {
      status: 'False',
      reason: 'PodRefused',
      message: expect.stringMatching(/images come from elsewhere\. Change the policy or spec\.pod/),
    };
    await untilCondition('PodTemplateValid', refused);
    await untilCondition('Ready', refused);
    await untilSize(1);
    await mend();
    await untilCondition('Ready', { status: 'True' });
  });

  it('holds against what a webhook refuses without a code of its own', async () => {
    webhook = await denyingWebhook('no Pods on Fridays');
    await admission.webhook(POD_RESOURCE, webhook.port, webhook.caBundle);
    await admission.untilRefused(POD_RESOURCE);
    await makePool(1);
    await untilCondition('PodTemplateValid', {
      status: 'False',
      reason: 'PodRefused',
      message: expect.stringMatching(
        /admission webhook "admission\.example\.com" denied the request: no Pods on Fridays\./,
      ),
    });
  });

  const MAX = { limits: [{ type: 'Container', max: { memory: '1Gi' } }] };
  const DEFAULT = { limits: [{ type: 'Container', default: { memory: '48Mi' } }] };
  it.each<[string, object, object | undefined, string, RegExp]>([
    [
      'above the maximum of a LimitRange',
      MAX,
      { workerContainer: { resources: { requests: { memory: '512Mi' }, limits: { memory: '3Gi' } } } },
      'PodRefused',
      /maximum memory usage per Container is 1Gi.* Change the resources in spec\.pod, or the LimitRange/,
    ],
    [
      'a request above the default limit of a LimitRange',
      DEFAULT,
      { workerContainer: { resources: { requests: { memory: '512Mi' } } } },
      'PodInvalid',
      /must be less than or equal to memory limit of 48Mi/,
    ],
  ])(
    'is found before any run and heals with its cause: %s',
    async (_, spec, pod, reason, message) => {
      const path = `/api/v1/namespaces/${objects.namespace}/limitranges`;
      await kubeOk('POST', path, { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'limits' }, spec });
      await makePool(1, pod);
      await untilCondition('PodTemplateValid', { status: 'False', reason, message: expect.stringMatching(message) });
      await kubeOk('DELETE', `${path}/limits`);
      await untilCondition('PodTemplateValid', { status: 'True' });
    },
    60_000,
  );

  it('does not call a quota that wants limits a want of room', async () => {
    const path = `/api/v1/namespaces/${objects.namespace}/resourcequotas`;
    const hard = { 'limits.cpu': '4', 'limits.memory': '4Gi' };
    await kubeOk('POST', path, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'total' },
      spec: { hard },
    });
    // No controller counts it here.
    await kubeOk('PATCH', `${path}/total/status`, {
      status: { hard, used: { 'limits.cpu': '0', 'limits.memory': '0' } },
    });
    await makePool(1);
    await untilCondition('PodTemplateValid', {
      status: 'False',
      reason: 'PodRefused',
      message: expect.stringMatching(/must specify limits\.cpu.* Change the resources in spec\.pod, or the quota/),
    });
  });
});

describe('new Workers that the API server does not take', () => {
  it('are told of, tried one at a time, and made once the cause is gone', async () => {
    const mend = await admission.policy(WORKER_RESOURCE, 'false', 'no more Workers');
    await admission.untilRefused(WORKER_RESOURCE);
    await makePool(1_000);
    const told = { reason: 'WorkerRefused', message: expect.stringMatching(/no more Workers\. Change the policy/) };
    await untilCondition('Ready', { status: 'False', ...told });
    expect((await objects.condition(POOL, 'Ready'))?.message).toMatch(/^0 of 1000 Workers ready\. The API server/);
    await untilEvent({ type: 'Warning', ...told });
    // One for each connection at most, then single ones.
    const posts = new RegExp(`^/apis/workers.*/${objects.namespace}/workers$`);
    expect(proxy.count('POST', posts)).toBeLessThan(45);
    await objects.scale(POOL, 3);
    await mend();
    await untilCondition('Ready', { status: 'True', message: '3 Workers ready.' });
  });
});

describe('Secrets that cannot be read', () => {
  it('are told of in condition and event, and the pool registers once they can', async () => {
    const mend = proxy.refuse(
      'GET',
      new RegExp(`/namespaces/${objects.namespace}/secrets/${POOL}`),
      403,
      `secrets "${POOL}" is forbidden: User "u" cannot get resource "secrets" in API group "" in the namespace "x"`,
    );
    await makePool(1);
    const message = expect.stringMatching(
      /^Unable to register worker pool: cannot retrieve workerpool token: The controller may not read Secret "pool"/,
    );
    await untilCondition('Registered', { status: 'False', reason: 'SecretUnreadable', message });
    await untilEvent({ type: 'Warning', reason: 'WorkerPoolCannotRegister', message });
    mend();
    await untilCondition('Ready', { status: 'True' });
  });
});
