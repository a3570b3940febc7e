import type { Action } from '../../../../src/control-plane/audit/actions';
import { makeKey } from '../../support/credentials';
import type { TestQueue } from '../../support/queue';
import { archive, SECRET, type Door, type TestDoors } from './doors';
import { dependencyIn, REFERENCE, referenceIn } from './output-doors';
import { hearing } from './push-doors';
import { lockState, pushState, unconfirmedRun } from './furnished';

type Filled = Promise<object> | object;

/** The forms of the pages, each as its page has it, filled in. */
export function formDoors(doors: () => TestDoors, queueNow: () => TestQueue): Readonly<Record<string, Door>> {
  const form = (action: Action, path: () => Promise<string> | string, filledIn: () => Filled = () => ({})): Door => ({
    action,
    prepare: async () => {
      const at = await path();
      return { method: 'POST', path: at, form: { ...(await doors().hiddenFields(at)), ...(await filledIn()) } };
    },
  });
  return {
    ...ofPools(form, queueNow),
    ...ofStacks(form, queueNow),
    ...ofRuns(form, queueNow),
    ...ofOthers(form, queueNow),
  };
}

type MakeForm = (action: Action, path: () => Promise<string> | string, filledIn?: () => Filled) => Door;
type Doors = Readonly<Record<string, Door>>;

const csr = async () => (await makeKey('EC')).csr;
const stackOf = async (queue: TestQueue, path: string) => `/stacks/${(await queue.admin.stack('stack'))!.id}/${path}`;

const ofPools = (form: MakeForm, queue: () => TestQueue): Doors => ({
  'POST /pools/new': form(
    'worker-pool.create',
    () => '/pools/new',
    async () => ({
      name: 'new',
      certificateSigningRequest: await csr(),
    }),
  ),
  'POST /pools/:id/settings': form(
    'worker-pool.update',
    () => `/pools/${queue().pool.id}/settings`,
    () => ({ name: 'renamed' }),
  ),
  'POST /pools/:id/reset': form(
    'worker-pool.reset',
    () => `/pools/${queue().pool.id}/reset`,
    async () => ({
      certificateSigningRequest: await csr(),
    }),
  ),
  'POST /pools/:id/delete': form('worker-pool.delete', () => `/pools/${queue().pool.id}/delete`),
  'POST /pools/:id/cycle': form('worker-pool.cycle', () => `/pools/${queue().pool.id}/cycle`),
  'POST /pools/:id/workers/:worker/drain': form(
    'worker.drain',
    async () => `/pools/${queue().pool.id}/workers/${await queue().register()}/drain`,
  ),
  'POST /pools/:id/workers/:worker/undrain': form('worker.drain', async () => {
    const worker = await queue().register();
    await queue().admin.setDrained(queue().pool.id, worker, true);
    return `/pools/${queue().pool.id}/workers/${worker}/undrain`;
  }),
  'POST /pools/:id/unlock': form('worker-pool.unlock', async () => {
    const input = { name: 'of a cluster', certificateSigningRequest: await csr(), managedBy: 'runners/production' };
    return `/pools/${(await queue().admin.createPool(input)).id}/unlock`;
  }),
});

const ofStacks = (form: MakeForm, queue: () => TestQueue): Doors => ({
  'POST /stacks/new': form(
    'stack.create',
    () => '/stacks/new',
    () => ({ name: 'new', pool: queue().pool.id }),
  ),
  'POST /stacks/:id/repository': form(
    'stack.update',
    () => stackOf(queue(), 'repository'),
    () => ({ repository: 'https://git.example.com/team/network.git', branch: 'main' }),
  ),
  'POST /stacks/:id/settings': form(
    'stack.update',
    () => stackOf(queue(), 'settings'),
    () => ({ pool: queue().pool.id, autoDeploy: 'yes' }),
  ),
  'POST /stacks/:id/environment': form(
    'stack.update',
    () => stackOf(queue(), 'environment'),
    () => ({ environment: 'PASSWORD', value: SECRET }),
  ),
  'POST /stacks/:id/environment/:variable/unset': form('stack.update', async () => {
    await queue().admin.updateStack('stack', { environment: { PASSWORD: SECRET } });
    return stackOf(queue(), 'environment/PASSWORD/unset');
  }),
  'POST /stacks/:id/delete': form('stack.delete', () => stackOf(queue(), 'delete')),
  'POST /stacks/:id/trigger': form(
    'run.trigger',
    () => stackOf(queue(), 'trigger'),
    () => ({ type: 'TRACKED' }),
  ),
  'POST /stacks/:id/task': form(
    'run.trigger',
    () => stackOf(queue(), 'task'),
    () => ({ command: 'tofu show', environment: `TOKEN=${SECRET}` }),
  ),
  'POST /stacks/:id/source': form(
    'stack.upload-source',
    () => stackOf(queue(), 'source'),
    () => ({ source: new File([archive(SECRET)], 'source.tgz') }),
  ),
  'POST /stacks/:id/dependencies/new': form(
    'stack.depend',
    () => stackOf(queue(), 'dependencies/new'),
    async () => {
      await queue().addStack('other');
      return { dependsOnStackId: 'other' };
    },
  ),
  'POST /stacks/:id/dependencies/:dependency/delete': form('stack.undepend', async () => {
    await queue().addStack('other');
    const { id } = await queue().admin.addStackDependency('stack', 'other');
    return stackOf(queue(), `dependencies/${id}/delete`);
  }),
  'POST /stacks/:id/dependencies/:dependency/outputs/new': form(
    'stack.map-output',
    async () => stackOf(queue(), `dependencies/${await dependencyIn(queue())}/outputs/new`),
    () => REFERENCE,
  ),
  'POST /stacks/:id/outputs/:reference/delete': form('stack.unmap-output', async () =>
    stackOf(queue(), `outputs/${await referenceIn(queue())}/delete`),
  ),
  'POST /stacks/:id/push-hook/new': form('stack.create-push-hook', async () => {
    await hearing(queue(), false);
    return stackOf(queue(), 'push-hook/new');
  }),
  'POST /stacks/:id/push-hook': form(
    'stack.update-push-hook',
    async () => {
      await hearing(queue());
      return stackOf(queue(), 'push-hook');
    },
    () => ({ paths: 'modules' }),
  ),
  'POST /stacks/:id/push-hook/rotate': form('stack.rotate-push-hook', async () => {
    await hearing(queue());
    return stackOf(queue(), 'push-hook/rotate');
  }),
  'POST /stacks/:id/push-hook/delete': form('stack.delete-push-hook', async () => {
    await hearing(queue());
    return stackOf(queue(), 'push-hook/delete');
  }),
  'POST /stacks/:id/drift': form(
    'stack.set-drift-detection',
    () => stackOf(queue(), 'drift'),
    () => ({ schedule: '@daily', timezone: 'UTC' }),
  ),
  'POST /stacks/:id/drift/run': form('run.trigger', () => stackOf(queue(), 'drift/run')),
  'POST /stacks/:id/drift/delete': form('stack.delete-drift-detection', async () => {
    await queue().admin.drift.set('stack', { schedule: ['@daily'] }, 'create');
    return stackOf(queue(), 'drift/delete');
  }),
  'POST /stacks/:id/state/:version/restore': form('state.restore', async () => {
    for (const serial of [1, 2]) await pushState(queue(), serial);
    return stackOf(queue(), 'state/1/restore');
  }),
  'POST /stacks/:id/state/unlock': form('state.unlock', async () => {
    await lockState(queue());
    return stackOf(queue(), 'state/unlock');
  }),
});

const ofRuns = (form: MakeForm, queue: () => TestQueue): Doors => ({
  'POST /runs/:id/retry': form('run.retry', async () => {
    const run = await queue().trigger();
    await queue().admin.cancel(run);
    return `/runs/${run}/retry`;
  }),
  'POST /runs/:id/confirm': form('run.confirm', async () => `/runs/${await unconfirmedRun(queue())}/confirm`),
  'POST /runs/:id/discard': form('run.discard', async () => `/runs/${await unconfirmedRun(queue())}/discard`),
  'POST /runs/:id/cancel': form('run.cancel', async () => `/runs/${await queue().trigger()}/cancel`),
  'POST /runs/:id/stop': form('run.stop', async () => `/runs/${await queue().trigger()}/stop`),
  'POST /runs/:id/prioritize': form('run.prioritize', async () => `/runs/${await queue().trigger()}/prioritize`),
  'POST /runs/:id/deprioritize': form('run.prioritize', async () => {
    const run = await queue().trigger();
    await queue().admin.prioritize(run, true);
    return `/runs/${run}/deprioritize`;
  }),
});

const newKey = ({ admin }: TestQueue) => admin.keys.create({ name: 'another', role: 'reader' });
const newWebhook = async ({ admin }: TestQueue) =>
  (await admin.webhooks.create({ name: 'a webhook', endpoint: 'http://127.0.0.1:1/', enabled: true })).id;

const newAgentPool = async ({ admin }: TestQueue) => (await admin.vcsAgents.create({ name: 'agents' })).id;

const ofOthers = (form: MakeForm, queue: () => TestQueue): Doors => ({
  'POST /keys/new': form(
    'api-key.create',
    () => '/keys/new',
    () => ({ name: 'new', role: 'reader' }),
  ),
  'POST /keys/new-oidc': form(
    'api-key.create',
    () => '/keys/new-oidc',
    () => ({ name: 'new', role: 'reader', issuer: 'https://issuer.test', clientId: 'id', subjectExpression: 'x' }),
  ),
  'POST /keys/:id/settings': form(
    'api-key.update',
    async () => `/keys/${(await newKey(queue())).id}/settings`,
    () => ({ name: 'another', role: 'operator' }),
  ),
  'POST /keys/:id/delete': form('api-key.delete', async () => `/keys/${(await newKey(queue())).id}/delete`),
  'POST /vcs-agent-pools/new': form(
    'vcs-agent-pool.create',
    () => '/vcs-agent-pools/new',
    () => ({ name: 'new' }),
  ),
  'POST /vcs-agent-pools/:id/settings': form(
    'vcs-agent-pool.update',
    async () => `/vcs-agent-pools/${await newAgentPool(queue())}/settings`,
    () => ({ name: 'renamed' }),
  ),
  'POST /vcs-agent-pools/:id/delete': form(
    'vcs-agent-pool.delete',
    async () => `/vcs-agent-pools/${await newAgentPool(queue())}/delete`,
  ),
  'POST /webhooks/new': form(
    'webhook.create',
    () => '/webhooks/new',
    () => ({ name: 'new', endpoint: 'http://127.0.0.1:1/', secret: SECRET }),
  ),
  'POST /webhooks/:id/settings': form(
    'webhook.update',
    async () => `/webhooks/${await newWebhook(queue())}/settings`,
    () => ({ name: 'renamed', endpoint: 'http://127.0.0.1:1/', secret: SECRET }),
  ),
  'POST /webhooks/:id/test': form('webhook.test', async () => `/webhooks/${await newWebhook(queue())}/test`),
  'POST /webhooks/:id/deliveries/:delivery/redeliver': form('webhook.redeliver', async () => {
    const id = await newWebhook(queue());
    return `/webhooks/${id}/deliveries/${(await queue().admin.webhooks.test(id)).id}/redeliver`;
  }),
  'POST /webhooks/:id/delete': form('webhook.delete', async () => `/webhooks/${await newWebhook(queue())}/delete`),
});
