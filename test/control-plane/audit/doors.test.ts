import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ACTIONS } from '../../../src/control-plane/audit/actions';
import { actionByMutation } from '../../../src/control-plane/graphql/access';
import { schema } from '../../../src/control-plane/graphql/schema';
import { FORMS } from '../../../src/control-plane/web/forms';
import { makeKey } from '../support/credentials';
import { TestQueue } from '../support/queue';
import { driftDoors } from './support/drift-doors';
import { formDoors } from './support/form-doors';
import { lockState, pushState, stateOf, unconfirmedRun } from './support/furnished';
import { archive, mutation, SECRET, TestDoors, type Door } from './support/doors';
import { pushDoors } from './support/push-doors';
import { moduleDoors } from './support/module-doors';
import { vcsAgentDoors } from './support/vcs-agent-doors';
import { outputDoors } from './support/output-doors';
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
const state = (serial: number) => stateOf(serial);
const pushed = (serial: number) => pushState(queue, serial);
const key = () => queue.admin.keys.create({ name: 'another', role: 'reader' });
const unconfirmed = () => unconfirmedRun(queue);
const locked = () => lockState(queue);

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
  ...pushDoors(() => queue),
  ...outputDoors(() => queue),
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
  ...vcsAgentDoors(() => queue),
  ...moduleDoors(() => queue),
  'PUT /api/v1/stacks/:name/source': {
    action: 'stack.upload-source',
    prepare: () => ({ method: 'PUT', path: '/api/v1/stacks/stack/source', body: archive(SECRET) }),
  },
  'PUT /api/v1/stacks/:name/state': {
    action: 'state.push',
    prepare: () => ({ method: 'PUT', path: '/api/v1/stacks/stack/state', body: state(1) }),
  },
  ...formDoors(
    () => doors,
    () => queue,
  ),
};

/** Log-ins and log-outs have a test of their own. */
const isOfSessions = (action: string): boolean => action.startsWith('session.');

test('all doors are in the table, and every action has one', () => {
  const mutations = actionByMutation(schema).filter(([, action]) => !isOfSessions(action));
  const routes = doors.changingRoutes.filter((route) => !/^POST \/log(in|out)$/.test(route));
  expect(Object.keys(DOORS).sort()).toEqual([...mutations.map(([field]) => field), ...routes].sort());
  expect(Object.fromEntries(mutations)).toEqual(
    Object.fromEntries(mutations.map(([field]) => [field, DOORS[field]?.action])),
  );
  for (const { path, action } of FORMS)
    expect({ path, action: DOORS[`POST ${path}`]?.action }).toEqual({ path, action });
  const elsewhere = Object.keys(ACTIONS).filter((action) => isOfSessions(action) || action === 'api.read');
  expect(new Set([...Object.values(DOORS).map(({ action }) => action), ...elsewhere])).toEqual(
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
  const ofKeys = entries.slice(before).filter(({ actor, action }) => actor.kind === 'API key' && !isOfSessions(action));
  expect(ofKeys).toMatchObject([
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
