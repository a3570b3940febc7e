import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Role } from '../../../src/control-plane/identity/rights';
import { makeKey } from '../support/credentials';
import { TestQueue } from '../support/queue';
import { TestApi } from './support/api';

let queue: TestQueue;
let id: string;

const as = (role: Role) => new TestApi(queue, { id: role, name: role, role, kind: 'API key' });

const CREATE = `mutation($csr: String!, $by: String) {
  workerPoolCreate(name: "production", certificateSigningRequest: $csr, managedBy: $by) { id managedByK8sController managedBy } }`;
const UPDATE =
  'mutation($id: ID!, $name: String!, $version: String) { workerPoolUpdate(id: $id, name: $name, version: $version) { name version } }';
const DELETE = 'mutation($id: ID!) { workerPoolDelete(id: $id) { deleted } }';
const RESET = 'mutation($id: ID!, $csr: String!) { workerPoolReset(id: $id, certificateSigningRequest: $csr) { id } }';
const LOCKED =
  'pool production is managed by the WorkerPool runners/production of a cluster: change that one, or let an admin unlock the pool first';

beforeEach(async () => {
  queue = await TestQueue.ready();
  const { csr } = await makeKey();
  const made = await as('worker-pool-controller').ask(CREATE, { csr, by: 'runners/production' });
  ({ id } = made.workerPoolCreate as { id: string });
  expect(made.workerPoolCreate).toEqual({ id, managedByK8sController: true, managedBy: 'runners/production' });
});

afterEach(() => queue.close());

describe('a pool that a cluster manages', () => {
  test.each([
    ['updated', UPDATE, { name: 'mine' }],
    ['deleted', DELETE, {}],
    ['reset', RESET, { csr: '' }],
  ])('is not %s by an admin, who is told whose it is', async (_, document, given) => {
    const csr = 'csr' in given ? { csr: (await makeKey()).csr } : {};
    const before = await queue.everything();
    await expect(as('admin').ask(document, { id, ...given, ...csr })).rejects.toThrow(LOCKED);
    expect(await queue.everything()).toEqual(before);
  });

  test('is reset by the key of the cluster, which leaves pools of people alone', async () => {
    const { csr } = await makeKey();
    const { fingerprint } = (await queue.admin.pool(id))!;
    const cluster = as('worker-pool-controller');
    expect(await cluster.ask(RESET, { id, csr })).toEqual({ workerPoolReset: { id } });
    expect((await queue.admin.pool(id))!.fingerprint).not.toBe(fingerprint);
    await expect(cluster.ask(RESET, { id: queue.pool.id, csr })).rejects.toThrow('no cluster manages pool');
  });

  test('is updated and deleted by the key of the cluster', async () => {
    const cluster = as('worker-pool-controller');
    expect((await cluster.ask(UPDATE, { id, name: 'renamed' })).workerPoolUpdate).toMatchObject({ name: 'renamed' });
    expect(await cluster.ask(DELETE, { id })).toEqual({ workerPoolDelete: { deleted: true } });
  });

  test('may be drained and cycled by people', async () => {
    expect(await as('operator').ask('mutation($id: ID!) { workerPoolCycle(id: $id) }', { id })).toEqual({
      workerPoolCycle: true,
    });
  });

  test('is for people once an admin has unlocked it', async () => {
    const unlock = 'mutation($id: ID!) { workerPoolUnlock(id: $id) { managedByK8sController } }';
    expect(await as('admin').ask(unlock, { id })).toEqual({ workerPoolUnlock: { managedByK8sController: false } });
    expect((await as('admin').ask(UPDATE, { id, name: 'mine' })).workerPoolUpdate).toMatchObject({ name: 'mine' });
    await expect(as('admin').ask(unlock, { id })).rejects.toThrow('pool mine is not locked: no cluster manages it');
  });
});

test('nobody but a cluster says that it manages a pool', async () => {
  const { csr } = await makeKey();
  await expect(as('admin').ask(CREATE, { csr, by: 'a/b' })).rejects.toThrow(
    'managedBy is for keys of the role worker-pool-controller: leave it out',
  );
});

test('a change made from what is outdated is refused', async () => {
  const { pool } = queue;
  const seen = 'query($id: ID!) { workerPool(id: $id) { version } }';
  const { version } = (await as('admin').ask(seen, { id: pool.id })).workerPool as { version: string };
  await as('admin').ask(UPDATE, { id: pool.id, name: 'first', version });
  await expect(as('admin').ask(UPDATE, { id: pool.id, name: 'second', version })).rejects.toThrow(
    'pool first was changed by somebody else meanwhile',
  );
});
