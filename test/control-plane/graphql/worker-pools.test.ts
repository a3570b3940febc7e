import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ulid } from 'ulid';
import { authenticateAttempt, authenticatePool } from '../../../src/control-plane/identity/pool-identity';
import { signPoolJwt } from '../../../src/protocol/auth';
import { parseToken } from '../../../src/protocol/token';
import { makeKey } from '../support/credentials';
import { describeOnEachDatabase } from '../support/databases';
import { proofChecks } from '../support/proofs';
import { TestQueue } from '../support/queue';
import { TestApi, type Json } from './support/api';

const SETTINGS = 'name description labels space driftDetectionRunLimit';

describeOnEachDatabase('worker pools in the API', (database) => {
  let queue: TestQueue;
  let api: TestApi;
  let id: string;

  beforeEach(async () => {
    queue = await TestQueue.ready(undefined, await database());
    api = new TestApi(queue);
    id = queue.pool.id;
  });

  afterEach(() => queue.close());

  const pool = async (fields: string) =>
    (await api.ask(`query($id: ID!) { workerPool(id: $id) { ${fields} } }`, { id })).workerPool as Json;

  describe('an update', () => {
    const UPDATE = `mutation($id: ID!, $name: String!, $description: String, $labels: [String!], $space: ID, $limit: Int) {
      workerPoolUpdate(id: $id, name: $name, description: $description, labels: $labels, space: $space, driftDetectionRunLimit: $limit) { ${SETTINGS} } }`;
    const FULL = { description: '# What for\n', labels: ['a', 'b c'], space: 'network-01', limit: 3 };

    test.each([
      ['everything', FULL, { ...FULL, driftDetectionRunLimit: 3 }],
      ['no drift runs', { limit: 0 }, { driftDetectionRunLimit: 0 }],
      ['any number of drift runs', { limit: -5 }, { driftDetectionRunLimit: -5 }],
    ])('sets %s', async (_, given, wanted) => {
      const { limit: _limit, ...expected } = wanted as Json;
      const { workerPoolUpdate } = await api.ask(UPDATE, { id, name: 'renamed', ...given });
      expect(workerPoolUpdate).toMatchObject({ name: 'renamed', ...expected });
      expect(await pool(SETTINGS)).toEqual(workerPoolUpdate);
    });

    test('clears what is null or left out', async () => {
      await api.ask(UPDATE, { id, name: 'renamed', ...FULL });
      const { workerPoolUpdate } = await api.ask(UPDATE, { id, name: 'renamed', description: null, labels: null });
      expect(workerPoolUpdate).toEqual({
        name: 'renamed',
        description: null,
        labels: [],
        space: 'legacy',
        driftDetectionRunLimit: -1,
      });
    });

    test('leaves token, workers and stacks alone', async () => {
      const worker = await queue.register();
      const before = await pool('id config createdAt usersCount workers { id }');
      queue.leap(60);
      await api.ask(UPDATE, { id, name: 'renamed', ...FULL });
      expect(await pool('id config createdAt usersCount workers { id }')).toEqual(before);
      expect(before).toMatchObject({ usersCount: 1, workers: [{ id: worker }] });
      expect(await pool('updatedAt')).toEqual({ updatedAt: queue.now / 1000 });
    });

    test.each([
      ['no name', { name: ' ' }, 'a pool needs a name'],
      ['a name with a slash', { name: 'a/b' }, 'pool name "a/b" is not allowed'],
      ['a label that turns the direction of writing', { labels: ['a\u202e'] }, 'label "a\\u202e" is not allowed'],
      ['an empty label', { labels: [''] }, 'label "" is not allowed'],
      ['too many labels', { labels: Array.from({ length: 101 }, (_, n) => `l${n}`) }, 'a pool may have 100 labels'],
      ['a space that is a path', { space: '../other' }, 'space "../other" is not allowed'],
      ['a description with NUL', { description: 'a\0b' }, 'the description is not allowed'],
      ['a description that is a book', { description: 'x'.repeat(10_001) }, 'the description is not allowed'],
    ])('refuses %s and changes nothing', async (_, change, sentence) => {
      const before = await pool(`${SETTINGS} updatedAt`);
      await expect(api.ask(UPDATE, { id, name: 'renamed', ...change })).rejects.toThrow(sentence);
      expect(await pool(`${SETTINGS} updatedAt`)).toEqual(before);
    });

    test('refuses a pool that is not there', async () => {
      await expect(api.ask(UPDATE, { id: 'nope', name: 'renamed' })).rejects.toThrow('worker pool nope not found');
    });
  });

  test('a new pool is held to the same rules', async () => {
    const { csr } = await makeKey();
    const create = `mutation($csr: String!, $labels: [String!]) {
      workerPoolCreate(name: "second", certificateSigningRequest: $csr, labels: $labels) { ${SETTINGS} deleted } }`;
    await expect(api.ask(create, { csr, labels: ['\t'] })).rejects.toThrow('label "\\t" is not allowed');
    expect((await api.ask(create, { csr, labels: ['a', 'b', 'a'] })).workerPoolCreate).toEqual({
      name: 'second',
      description: null,
      labels: ['a', 'b'],
      space: 'legacy',
      driftDetectionRunLimit: -1,
      deleted: false,
    });
  });

  test('a pool that was deleted says so', async () => {
    const remove = 'mutation($id: ID!) { workerPoolDelete(id: $id) { id deleted } }';
    expect(await api.ask(remove, { id })).toEqual({ workerPoolDelete: { id, deleted: true } });
    await expect(api.ask(remove, { id })).rejects.toThrow(`worker pool ${id} not found`);
  });

  describe('a reset', () => {
    const reset = async (csr: string) => {
      const document = `mutation($id: ID!, $csr: String!) {
        workerPoolReset(id: $id, certificateSigningRequest: $csr) { id config usersCount } }`;
      return (await api.ask(document, { id, csr })).workerPoolReset as { readonly config: string };
    };
    const proofBy = (config: string, privateKeyPem: string) =>
      signPoolJwt({ poolId: id, certificate: parseToken(config).certificate, privateKeyPem, now: queue.now });

    test('refuses the old credentials at once, but for runs that have started, until their worker is free', async () => {
      const { read } = queue.context.store;
      const check = proofChecks().from('127.0.0.1', 'pool');
      const { worker, run, assignment } = await queue.started();
      const { config } = (await pool('config')) as { config: string };
      const old = await proofBy(config, queue.pool.privateKeyPem);
      expect(await authenticatePool(read, old, queue.now, check)).toBe(id);
      const key = await makeKey();
      const made = await reset(key.csr);
      expect(made).toEqual({ id, config: expect.not.stringContaining(config), usersCount: 1 });
      await expect(authenticatePool(read, old, queue.now, check)).rejects.toThrow('the pool was reset');
      expect(await authenticatePool(read, await proofBy(made.config, key.privateKeyPem), queue.now, check)).toBe(id);

      const attempt = () =>
        authenticateAttempt(read, old, queue.now, { runId: run, attempt: assignment.attempt }, check);
      expect(await attempt()).toBe(id);
      expect(await queue.end(assignment)).toBe('FINISHED');
      await queue.report(worker, assignment, { kind: 'released' });
      await expect(attempt()).rejects.toThrow('the pool was reset');
    });

    test('by what is no signing request changes nothing', async () => {
      const before = await pool('config updatedAt');
      await expect(reset('rubbish')).rejects.toThrow('the certificate signing request cannot be used');
      expect(await pool('config updatedAt')).toEqual(before);
    });
  });

  describe('a cycle', () => {
    const cycle = () => api.ask('mutation($id: ID!) { workerPoolCycle(id: $id) }', { id });

    test('lets idle workers go at once, drained ones too, and busy ones after their run', async () => {
      const { worker: busy, run, assignment } = await queue.started();
      const [idle, drained] = [await queue.register('idle'), await queue.register('drained')];
      await queue.admin.setDrained(id, drained, true);
      expect(await cycle()).toEqual({ workerPoolCycle: true });
      expect(await pool('workers { id busy drained status }')).toEqual({
        workers: [{ id: busy, busy: true, drained: true, status: 'DRAINED' }],
      });
      expect(await queue.view(idle)).toMatchObject({ removed: true });
      expect(await queue.view(busy)).toMatchObject({ removed: false, retiring: true });
      await queue.end(assignment);
      await queue.report(busy, assignment, { kind: 'released' });
      expect(await queue.state(run)).toBe('FINISHED Succeeded');
      expect(await queue.view(busy)).toMatchObject({ removed: true, assignment: null });
      expect(await pool('workers { id }')).toEqual({ workers: [] });
    });

    test('is seen at once by whoever watches the pool', async () => {
      const idle = await queue.register();
      const { revision } = await queue.watch(0, 0);
      const watched = queue.watch(revision, 60);
      await cycle();
      expect((await watched).workers).toMatchObject([{ id: idle, removed: true }]);
    });

    test('gives runs to the workers that come after it', async () => {
      await queue.register();
      await cycle();
      const run = await queue.trigger();
      expect(await queue.state(run)).toBe('QUEUED');
      const next = await queue.register('next');
      expect((await queue.assignment(next)).runId).toBe(run);
    });

    test('of a pool without workers is nothing, of one that is not there an error', async () => {
      expect(await cycle()).toEqual({ workerPoolCycle: true });
      const missing = ulid();
      await expect(api.ask('mutation($id: ID!) { workerPoolCycle(id: $id) }', { id: missing })).rejects.toThrow(
        `worker pool ${missing} not found`,
      );
    });
  });

  describe('the queue of a pool', () => {
    const QUEUE = `query($id: ID!, $input: SearchInput!) { workerPool(id: $id) { searchSchedulableRuns(input: $input) {
      edges { node { stackId position run { id state } } } pageInfo { endCursor hasNextPage hasPreviousPage } } } }`;

    interface Queue {
      readonly edges: readonly { readonly node: { readonly position: number; readonly run: Json } }[];
      readonly pageInfo: {
        readonly endCursor: string;
        readonly hasNextPage: boolean;
        readonly hasPreviousPage: boolean;
      };
    }

    const search = async (input: Json = {}) =>
      ((await api.ask(QUEUE, { id, input })).workerPool as { searchSchedulableRuns: Queue }).searchSchedulableRuns;
    const rows = ({ edges }: Queue) => edges.map(({ node: { position, run } }) => [position, run.id, run.state]);

    test('shows what is in progress first, then what waits for a worker, and hides what waits for a run', async () => {
      for (const stack of ['second', 'third']) await queue.addStack(stack);
      const older = await queue.assigned('second');
      const newer = await queue.started('third');
      const hidden = await queue.trigger('third');
      expect(rows(await search())).toEqual([
        [1, older.run, 'PREPARING'],
        [2, newer.run, 'PLANNING'],
      ]);
      await queue.admin.setDrained(id, older.worker, true);
      await queue.report(older.worker, older.assignment, { kind: 'released' });
      expect(rows(await search())).toEqual([
        [1, newer.run, 'PLANNING'],
        [2, older.run, 'QUEUED'],
      ]);
      await queue.end(newer.assignment);
      expect(rows(await search()).map(([, run]) => run)).toEqual([older.run, hidden]);
    });

    test('comes in pages', async () => {
      const runs: string[] = [];
      for (let n = 0; n < 5; n += 1) runs.push(await queue.trigger('stack', 'PROPOSED'));
      const first = await search({ first: 2, orderBy: { field: 'position', direction: 'ASC' } });
      expect(rows(first)).toEqual([1, 2].map((position) => [position, runs[position - 1], 'QUEUED']));
      expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
      const last = await search({ first: 3, after: first.pageInfo.endCursor });
      expect(rows(last)).toEqual([3, 4, 5].map((position) => [position, runs[position - 1], 'QUEUED']));
      expect(last.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    });

    test('of nothing is an empty page', async () => {
      const pageInfo = { endCursor: '', hasNextPage: false, hasPreviousPage: false };
      expect(await search()).toEqual({ edges: [], pageInfo });
    });

    test.each([
      ['another order', { orderBy: { field: 'createdAt', direction: 'ASC' } }, 'is ordered by position ASC only'],
      ['predicates', { predicates: [{ field: 'state', constraint: {} }] }, 'takes no predicates'],
      ['a text', { fullTextSearch: 'x' }, 'takes no fullTextSearch'],
      ['a cursor of its own making', { after: 'x' }, 'after is not the endCursor of a page'],
    ])('refuses %s', async (_, input, sentence) => {
      await expect(search(input)).rejects.toThrow(sentence);
    });
  });

  describe('a search of pools', () => {
    const search = async (input: Json): Promise<string[]> => {
      const document = 'query($input: SearchInput!) { searchWorkerPools(input: $input) { edges { node { name } } } }';
      const { searchWorkerPools } = await api.ask(document, { input });
      return (searchWorkerPools as { edges: { node: { name: string } }[] }).edges.map(({ node }) => node.name);
    };

    beforeEach(async () => {
      for (const name of ['alpha', 'zeta']) {
        const { csr: certificateSigningRequest } = await makeKey();
        const description = name === 'zeta' ? 'of the Network team' : null;
        await queue.admin.createPool({ name, certificateSigningRequest, description, labels: [`team:${name}`] });
      }
    });

    test.each([
      ['all, by name', {}, ['alpha', 'pool', 'zeta']],
      ['all, from the end', { orderBy: { field: 'name', direction: 'DESC' } }, ['zeta', 'pool', 'alpha']],
      ['what is in a description', { fullTextSearch: 'network' }, ['zeta']],
      ['what is in a label', { fullTextSearch: 'TEAM:a' }, ['alpha']],
      ['nothing', { fullTextSearch: 'nobody' }, []],
      ['as many as are wanted', { first: 1 }, ['alpha']],
    ])('finds %s', async (_, input, names) => {
      expect(await search(input)).toEqual(names);
    });
  });

  test('the stacks of a pool are those that it runs', async () => {
    const { csr: certificateSigningRequest } = await makeKey();
    const other = await queue.admin.createPool({ name: 'other', certificateSigningRequest });
    await queue.admin.createStack({ name: 'elsewhere', pool: other.id });
    const stacks = 'query($pool: ID) { stacks(workerPool: $pool) { name } }';
    expect(await api.ask(stacks, { pool: other.id })).toEqual({ stacks: [{ name: 'elsewhere' }] });
    expect(await api.ask(stacks, {})).toEqual({ stacks: [{ name: 'elsewhere' }, { name: 'stack' }] });
  });
});
