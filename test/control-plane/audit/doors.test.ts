import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Readable } from 'node:stream';
import { ACTIONS, type Action } from '../../../src/control-plane/audit/actions';
import { actionByMutation } from '../../../src/control-plane/graphql/access';
import { schema } from '../../../src/control-plane/graphql/schema';
import { FORMS } from '../../../src/control-plane/web/forms';
import { makeKey } from '../support/credentials';
import { TestQueue } from '../support/queue';
import { driftDoors } from './support/drift-doors';
import { mutation, SECRET, TestDoors, type Door } from './support/doors';
import { webhookDoors } from './support/webhook-doors';

/* Every way to change something, and the one entry that it leaves in the audit trail: as admin, and as one who may not. */

let queue: TestQueue;
let doors: TestDoors;

beforeEach(async () => {
  queue = await TestQueue.ready();
  doors = new TestDoors(queue);
});

afterEach(() => queue.close());

const csr = async () => (await makeKey('EC')).csr;
const state = (serial: number) => JSON.stringify({ version: 4, serial, lineage: 'one', resources: [{ at: SECRET }] });
const pushed = (serial: number) => queue.admin.states.push('stack', Readable.from([state(serial)]));
const stackId = async () => (await queue.admin.stack('stack'))!.id;
const key = () => queue.admin.keys.create({ name: 'another', role: 'reader' });

/** A run whose plan waits for somebody. */
async function unconfirmed(): Promise<string> {
  const { run, assignment } = await queue.started();
  await queue.end(assignment, 'Succeeded', true);
  return run;
}

async function locked(): Promise<void> {
  const { run } = await queue.started();
  const lock = `{"ID":"a lock","Operation":"plan","Info":"","Who":"somebody","Version":"1","Created":"","Path":""}`;
  await queue.sql(
    `INSERT INTO "stateLocks" ("stackId", "lockId", "info", "runId", "attempt", "createdAt")
     SELECT id, 'a lock', '${lock}', '${run}', 1, 1 FROM stacks`,
  );
}

/** A form as its page has it, filled in. */
const form = (
  action: Action,
  path: () => Promise<string> | string,
  filledIn: () => Promise<object> | object = () => ({}),
): Door => ({
  action,
  prepare: async () => {
    const at = await path();
    return { method: 'POST', path: at, form: { ...(await doors.hiddenFields(at)), ...(await filledIn()) } };
  },
});

const environment = [{ name: 'PASSWORD', value: SECRET }];

const DOORS: Readonly<Record<string, Door>> = {
  'Mutation.workerPoolCreate': mutation(
    'worker-pool.create',
    '($csr:String!){workerPoolCreate(name: "new", certificateSigningRequest: $csr){id}}',
    async () => ({ csr: await csr() }),
  ),
  'Mutation.workerPoolUpdate': mutation(
    'worker-pool.update',
    '($id:ID!){workerPoolUpdate(id: $id, name: "renamed"){id}}',
    () => ({ id: queue.pool.id }),
  ),
  'Mutation.workerPoolReset': mutation(
    'worker-pool.reset',
    '($id:ID!,$csr:String!){workerPoolReset(id: $id, certificateSigningRequest: $csr){id}}',
    async () => ({ id: queue.pool.id, csr: await csr() }),
  ),
  'Mutation.workerPoolUnlock': mutation('worker-pool.unlock', '($id:ID!){workerPoolUnlock(id: $id){id}}', async () => {
    const input = { name: 'of a cluster', certificateSigningRequest: await csr(), managedBy: 'runners/production' };
    return { id: (await queue.admin.createPool(input)).id };
  }),
  'Mutation.workerPoolDelete': mutation('worker-pool.delete', '($id:ID!){workerPoolDelete(id: $id){id}}', () => ({
    id: queue.pool.id,
  })),
  'Mutation.workerPoolCycle': mutation('worker-pool.cycle', '($id:ID!){workerPoolCycle(id: $id)}', () => ({
    id: queue.pool.id,
  })),
  'Mutation.workerDrainSet': mutation(
    'worker.drain',
    '($pool:ID!,$id:ID!){workerDrainSet(workerPool: $pool, id: $id, drain: true){id}}',
    async () => ({ pool: queue.pool.id, id: await queue.register() }),
  ),
  'Mutation.stackCreate': mutation(
    'stack.create',
    '($environment:[EnvironmentVariable!]){stackCreate(name: "new", workerPool: "pool", environment: $environment){id}}',
    () => ({ environment }),
  ),
  'Mutation.stackUpdate': mutation(
    'stack.update',
    '($environment:[EnvironmentVariable!]){stackUpdate(stack: "stack", autoDeploy: true, environment: $environment){id}}',
    () => ({ environment }),
  ),
  'Mutation.stackDelete': mutation('stack.delete', '{stackDelete(stack: "stack"){id}}', () => ({})),
  'Mutation.stackDependencyCreate': mutation(
    'stack.depend',
    '{stackDependencyCreate(input: {stackId: "stack", dependsOnStackId: "other"}){id}}',
    async () => {
      await queue.addStack('other');
      return {};
    },
  ),
  'Mutation.stackDependencyDelete': mutation(
    'stack.undepend',
    '($id:ID!){stackDependencyDelete(id: $id){id}}',
    async () => {
      await queue.addStack('other');
      return { id: (await queue.admin.addStackDependency('stack', 'other')).id };
    },
  ),
  ...driftDoors(mutation, () => queue),
  'Mutation.stackStateRestore': mutation(
    'state.restore',
    '{stackStateRestore(stack: "stack", version: 1){number}}',
    async () => {
      await pushed(1);
      await pushed(2);
      return {};
    },
  ),
  'Mutation.stackStateUnlock': mutation('state.unlock', '{stackStateUnlock(stack: "stack"){id}}', async () => {
    await locked();
    return {};
  }),
  'Mutation.runTrigger': mutation('run.trigger', '{runTrigger(stack: "stack"){id}}', () => ({})),
  'Mutation.taskCreate': mutation('run.trigger', '{taskCreate(stack: "stack", command: "tofu show"){id}}', () => ({})),
  'Mutation.runRetry': mutation('run.retry', '($run:ID!){runRetry(run: $run){id}}', async () => {
    const run = await queue.trigger();
    await queue.admin.cancel(run);
    return { run };
  }),
  'Mutation.runPrioritizeSet': mutation(
    'run.prioritize',
    '($run:ID!){runPrioritizeSet(run: $run, prioritize: true){id}}',
    async () => ({ run: await queue.trigger() }),
  ),
  'Mutation.runConfirm': mutation('run.confirm', '($run:ID!){runConfirm(run: $run){id}}', async () => ({
    run: await unconfirmed(),
  })),
  'Mutation.runDiscard': mutation('run.discard', '($run:ID!){runDiscard(run: $run){id}}', async () => ({
    run: await unconfirmed(),
  })),
  'Mutation.runStop': mutation('run.stop', '($run:ID!){runStop(run: $run){id}}', async () => ({
    run: (await queue.started()).run,
  })),
  'Mutation.runCancel': mutation('run.cancel', '($run:ID!){runCancel(run: $run){id}}', async () => ({
    run: await queue.trigger(),
  })),
  'Mutation.apiKeyCreate': mutation(
    'api-key.create',
    '{apiKeyCreate(input: {name: "new", role: READER}){id}}',
    () => ({}),
  ),
  'Mutation.apiKeyUpdate': mutation(
    'api-key.update',
    '($id:ID!){apiKeyUpdate(id: $id, input: {name: "another", role: OPERATOR}){id}}',
    async () => ({ id: (await key()).id }),
  ),
  'Mutation.apiKeyDelete': mutation('api-key.delete', '($id:ID!){apiKeyDelete(id: $id){id}}', async () => ({
    id: (await key()).id,
  })),
  ...webhookDoors(() => queue),
  'PUT /api/v1/stacks/:name/source': {
    action: 'stack.upload-source',
    prepare: () => ({ method: 'PUT', path: '/api/v1/stacks/stack/source', body: SECRET }),
  },
  'PUT /api/v1/stacks/:name/state': {
    action: 'state.push',
    prepare: () => ({ method: 'PUT', path: '/api/v1/stacks/stack/state', body: state(1) }),
  },
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
    async () => `/keys/${(await key()).id}/settings`,
    () => ({ name: 'another', role: 'operator' }),
  ),
  'POST /keys/:id/delete': form('api-key.delete', async () => `/keys/${(await key()).id}/delete`),
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
    () => `/pools/${queue.pool.id}/settings`,
    () => ({ name: 'renamed' }),
  ),
  'POST /pools/:id/reset': form(
    'worker-pool.reset',
    () => `/pools/${queue.pool.id}/reset`,
    async () => ({
      certificateSigningRequest: await csr(),
    }),
  ),
  'POST /pools/:id/delete': form('worker-pool.delete', () => `/pools/${queue.pool.id}/delete`),
  'POST /pools/:id/cycle': form('worker-pool.cycle', () => `/pools/${queue.pool.id}/cycle`),
  'POST /pools/:id/workers/:worker/drain': form(
    'worker.drain',
    async () => `/pools/${queue.pool.id}/workers/${await queue.register()}/drain`,
  ),
  'POST /pools/:id/workers/:worker/undrain': form('worker.drain', async () => {
    const worker = await queue.register();
    await queue.admin.setDrained(queue.pool.id, worker, true);
    return `/pools/${queue.pool.id}/workers/${worker}/undrain`;
  }),
  'POST /stacks/new': form(
    'stack.create',
    () => '/stacks/new',
    () => ({ name: 'new', pool: queue.pool.id }),
  ),
  'POST /stacks/:id/settings': form(
    'stack.update',
    async () => `/stacks/${await stackId()}/settings`,
    () => ({ pool: queue.pool.id, autoDeploy: 'yes' }),
  ),
  'POST /stacks/:id/environment': form(
    'stack.update',
    async () => `/stacks/${await stackId()}/environment`,
    () => ({ environment: 'PASSWORD', value: SECRET }),
  ),
  'POST /stacks/:id/environment/:variable/unset': form('stack.update', async () => {
    await queue.admin.updateStack('stack', { environment: { PASSWORD: SECRET } });
    return `/stacks/${await stackId()}/environment/PASSWORD/unset`;
  }),
  'POST /stacks/:id/delete': form('stack.delete', async () => `/stacks/${await stackId()}/delete`),
  'POST /stacks/:id/trigger': form(
    'run.trigger',
    async () => `/stacks/${await stackId()}/trigger`,
    () => ({ type: 'TRACKED' }),
  ),
  'POST /runs/:id/retry': form('run.retry', async () => {
    const run = await queue.trigger();
    await queue.admin.cancel(run);
    return `/runs/${run}/retry`;
  }),
  'POST /runs/:id/confirm': form('run.confirm', async () => `/runs/${await unconfirmed()}/confirm`),
  'POST /runs/:id/discard': form('run.discard', async () => `/runs/${await unconfirmed()}/discard`),
  'POST /runs/:id/cancel': form('run.cancel', async () => `/runs/${await queue.trigger()}/cancel`),
  'POST /runs/:id/stop': form('run.stop', async () => `/runs/${await queue.trigger()}/stop`),
  'POST /runs/:id/prioritize': form('run.prioritize', async () => `/runs/${await queue.trigger()}/prioritize`),
  'POST /runs/:id/deprioritize': form('run.prioritize', async () => {
    const run = await queue.trigger();
    await queue.admin.prioritize(run, true);
    return `/runs/${run}/deprioritize`;
  }),
};

test('all doors are in the table, and every action has one', () => {
  const mutations = actionByMutation(schema).filter(([, action]) => action !== 'session.create');
  const routes = doors.changingRoutes.filter((route) => !/^POST \/log(in|out)$/.test(route));
  expect(Object.keys(DOORS).sort()).toEqual([...mutations.map(([field]) => field), ...routes].sort());
  expect(Object.fromEntries(mutations)).toEqual(
    Object.fromEntries(mutations.map(([field]) => [field, DOORS[field]?.action])),
  );
  for (const { path, action } of FORMS)
    expect({ path, action: DOORS[`POST ${path}`]?.action }).toEqual({ path, action });
  expect(new Set([...Object.values(DOORS).map(({ action }) => action), 'session.create'])).toEqual(
    new Set(Object.keys(ACTIONS)),
  );
});

test.each(Object.entries(DOORS))('%s leaves one entry: for one who may not, then for one who may', async (_, door) => {
  const { action, prepare } = door;
  const request = await prepare();
  const before = (await doors.entries()).length;

  const refused = await doors.send('reader', request);
  const refusal = await refused.text();
  expect(request.path === '/graphql' ? refusal : String(refused.status)).toMatch(/has the role reader|^403$/);
  const response = await doors.send('admin', request);
  const answer = await response.text();
  expect([200, 303]).toContain(response.status);
  expect(answer).not.toContain('"errors"');

  const entries = await doors.entries();
  const [id, readerId] = [(await doors.key('admin')).id, (await doors.key('reader')).id];
  expect(entries.slice(before).filter(({ actor }) => actor.kind === 'API key')).toMatchObject([
    {
      ...{ action, outcome: 'refused', code: 'forbidden', count: 1, changes: {} },
      actor: { id: readerId, name: 'the reader', role: 'reader' },
    },
    {
      ...{ action, outcome: 'done', code: '', message: '', count: 1, time: queue.now },
      actor: { kind: 'API key', id, name: 'the admin', role: 'admin', client: 'a test/1' },
      object: { kind: ACTIONS[action].object, id: expect.stringMatching(/./) },
    },
  ]);
  expect(JSON.stringify(entries)).not.toContain(SECRET);
});
