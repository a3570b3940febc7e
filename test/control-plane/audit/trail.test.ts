import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LIMIT } from '../../../src/control-plane/limits';
import { retain } from '../../../src/control-plane/queue/retention';
import { describeOnEachDatabase } from '../support/databases';
import { TestQueue } from '../support/queue';
import { graphql, TestDoors } from './support/doors';

const DAY_SECONDS = 24 * 60 * 60;

interface Node {
  readonly action: string;
}

let queue: TestQueue;
let doors: TestDoors;

const open = (opened: TestQueue): void => {
  queue = opened;
  doors = new TestDoors(opened);
};

async function found(input: object): Promise<Node[]> {
  const selection =
    'id action eventType code count remoteIP client message actor{username role} affectedResource{resourceType resourceId name} relatedResource{name} changes{field from to} body createdAt';
  const document = `query($input:SearchInput!){searchAuditTrailEntries(input: $input){edges{node{${selection}}}pageInfo{endCursor hasNextPage}}}`;
  const answer = await (await doors.send('admin', graphql(document, { input }))).json();
  const { data, errors } = answer as {
    data: { searchAuditTrailEntries: { edges: { node: Node }[] } } | null;
    errors?: { message: string }[];
  };
  if (!data) throw new Error(errors?.[0]?.message);
  return data.searchAuditTrailEntries.edges.map(({ node }) => node);
}

const actions = async (input: object) => (await found(input)).map(({ action }) => action);
const by = (field: string, ...stringMatches: string[]) => ({ field, constraint: { stringMatches } });

describeOnEachDatabase('the audit trail', (database) => {
  beforeEach(async () => open(await TestQueue.ready(undefined, await database())));
  afterEach(() => queue.close());

  test('is found by action, by actor and by object, which is found with what belongs to it', async () => {
    const worker = await queue.register('a-worker');
    await doors.send(
      'admin',
      graphql(`mutation{workerDrainSet(workerPool: "${queue.pool.id}", id: "${worker}", drain: true){id}}`),
    );
    expect(await actions({ predicates: [by('object', 'pool')] })).toEqual(['worker.drain', 'worker-pool.create']);
    expect(await actions({ predicates: [by('object', 'a-worker'), by('actor', 'the admin')] })).toEqual([
      'worker.drain',
    ]);
    expect(await found({ predicates: [by('action', 'worker.drain')] })).toMatchObject([
      {
        ...{ eventType: 'CHANGE', code: '', count: 1, client: 'a test/1', createdAt: Math.floor(queue.now / 1000) },
        actor: { username: 'the admin', role: 'admin' },
        affectedResource: { resourceType: 'WORKER', resourceId: worker, name: 'a-worker' },
        relatedResource: { name: 'pool' },
        changes: [{ field: 'drained', from: 'false', to: 'true' }],
        body: '{"drained":{"from":false,"to":true}}',
      },
    ]);
  });

  test('is found by time and by text, and in both orders', async () => {
    const before = Math.floor(queue.now / 1000);
    queue.leap(3600);
    await queue.admin.updateStack('stack', { autoDeploy: true });
    const since = { field: 'createdAt', constraint: { timeInRange: { start: before + 1 } } };
    expect(await actions({ predicates: [since, by('object', 'stack')] })).toEqual(['stack.update']);
    const until = { field: 'createdAt', constraint: { timeInRange: { end: before + 1 } } };
    const orderBy = { field: 'createdAt', direction: 'ASC' };
    expect(await actions({ predicates: [until], orderBy })).toEqual([
      'worker-pool.create',
      'stack.create',
      'stack.upload-source',
    ]);
    expect(await actions({ fullTextSearch: 'UPLOAD-s' })).toEqual(['stack.upload-source']);
    expect(await actions({ fullTextSearch: '%' })).toEqual([]);
    await expect(found({ predicates: [by('action', 'stack.make')] })).rejects.toThrow(
      'there is no action "stack.make"',
    );
  });

  test('has no entry of what changed nothing, and none of what was not committed', async () => {
    const count = (await doors.entries()).length;
    const run = await queue.trigger();
    await queue.admin.cancel(run);
    await queue.admin.cancel(run);
    await queue.admin.updateStack('stack', { autoDeploy: false });
    await expect(queue.admin.confirm(run)).rejects.toThrow('CANCELED');
    await expect(queue.admin.createStack({ name: 'stack', pool: 'pool' })).rejects.toThrow('exists already');
    const entries = (await doors.entries()).slice(count).map(({ action }) => action);
    expect(entries).toEqual(['run.trigger', 'run.cancel']);
  });

  test('loses the oldest: refusals drive out no change', async () => {
    const retainWith = (retention: object) =>
      retain({
        ...queue.context,
        settings: { ...queue.context.settings, retention: { ...queue.context.settings.retention, ...retention } },
      });
    for (let tries = 0; tries < 3; tries += 1) await doors.raw(logIn('guess'));
    expect(await retainWith({ auditEntries: 2 })).toMatchObject({ auditEntries: 2 });
    expect((await doors.entries()).map(({ action }) => action)).toEqual([
      'stack.create',
      'stack.upload-source',
      'session.create',
      'session.create',
    ]);
    queue.leap(366 * DAY_SECONDS);
    expect(await retainWith({})).toMatchObject({ auditEntries: 4 });
    expect(await doors.entries()).toEqual([]);
  });
});

const logIn = (secret: string) =>
  graphql('mutation($secret:String!){apiKeyUser(id: "admin", secret: $secret){jwt}}', { secret });

describe('what is refused', () => {
  beforeEach(async () => open(await TestQueue.ready()));
  afterEach(() => queue.close());

  test('is written down: a failed log-in with whom it claimed to be, and no secret', async () => {
    await doors.raw(logIn('a-guessed-secret'));
    const entries = (await doors.entries()).slice(-1);
    expect(entries).toMatchObject([
      {
        ...{ action: 'session.create', outcome: 'refused', code: 'unauthorized', count: 1 },
        actor: { kind: 'nobody', id: '', client: 'a test/1' },
        object: { kind: 'session', id: 'admin' },
      },
    ]);
    expect(JSON.stringify(entries)).not.toContain('a-guessed-secret');
  });

  test('is counted beyond a few a minute, in one entry at its end', async () => {
    const before = (await doors.entries()).length;
    for (let tries = 0; tries < LIMIT.auditedRefusals + 5; tries += 1) await doors.raw(logIn('guess'));
    expect((await doors.entries()).length - before).toBe(LIMIT.auditedRefusals);
    queue.leap(60);
    await doors.raw(logIn('guess'));
    expect((await doors.entries()).slice(-2).map(({ count }) => count)).toEqual([5, 1]);
  });

  test('of a form that another site sent changes nothing', async () => {
    const { id, secret } = await doors.key('admin');
    const run = await queue.trigger();
    const Authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
    const path = `/runs/${run}/cancel`;
    await doors.raw({ method: 'POST', path, form: {} }, { Authorization, 'Sec-Fetch-Site': 'cross-site' });
    expect((await doors.entries()).at(-1)).toMatchObject({
      action: 'run.cancel',
      code: 'forbidden',
      object: { id: run },
    });
    expect(await queue.state(run)).toBe('QUEUED');
  });
});
