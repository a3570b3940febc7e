import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { poolVersion, stackVersion } from '../../../src/control-plane/admin/versions';
import type { Action } from '../../../src/control-plane/audit/actions';
import { RequestError } from '../../../src/control-plane/errors';
import { PodStates } from '../../../src/control-plane/state/pod-states';
import type { Assignment } from '../../../src/protocol/messages';
import { INSTALL_TIMEOUT_MS } from '../../support/debian-package';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { startPostgres, type PostgresServer } from '../../support/postgres';
import { World } from '../graphql/support/world';
import { newPostgres } from '../support/databases';
import { TestQueue } from '../support/queue';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
}, INSTALL_TIMEOUT_MS);

afterAll(() => server?.stop());

/** Each time somebody else may be faster. */
const ROUNDS = 4;

type Work = () => Promise<unknown>;

describe.each<[string, () => Promise<[TestQueue, TestQueue]>]>([
  [
    'a process on SQLite',
    async () => {
      const queue = await TestQueue.ready(temporaryFolder());
      return [queue, queue];
    },
  ],
  [
    'two processes on PostgreSQL',
    async () => {
      const queue = await TestQueue.ready(temporaryFolder(), await newPostgres(server));
      return [queue, await queue.replica()];
    },
  ],
])('of two who ask %s at once', (_, open) => {
  let one: TestQueue;
  let other: TestQueue;

  beforeEach(async () => {
    [one, other] = await open();
  });

  afterEach(async () => {
    if (other !== one) {
      await other.close();
      removeFolder(other.folder);
    }
    await one.close();
  });

  /** Both at once, in turn begun by one and the other. @returns which were done; what was not is a refusal with a type */
  const atOnce = async (round: number, first: Work, second: Work): Promise<boolean[]> => {
    const asked = [first, second];
    const results = await Promise.allSettled(
      round % 2 === 0 ? asked.map((ask) => ask()) : asked.toReversed().map((ask) => ask()),
    );
    if (round % 2 === 1) results.reverse();
    for (const result of results) {
      if (result.status === 'fulfilled') continue;
      const error: unknown = result.reason;
      expect(error).toBeInstanceOf(RequestError);
      expect(['malformed', 'not-found', 'conflict']).toContain((error as RequestError).code);
    }
    return results.map(({ status }) => status === 'fulfilled');
  };

  const inRounds = async (work: (world: World, round: number) => Promise<void>): Promise<void> => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const world = await World.on(one);
      other.pool = world.pool;
      await work(world, round);
    }
  };

  const exactlyOne = (done: boolean[]) => expect(done.filter(Boolean)).toHaveLength(1);

  /** How often the audit trail says that it was done to an object. */
  const timesDone = async (action: Action, id: string): Promise<number> => {
    const search = { where: [], oldestFirst: true, after: undefined, limit: 1000 };
    const entries = await one.admin.searchAuditTrail(search);
    return entries.filter((each) => each.action === action && each.outcome === 'done' && each.object.id === id).length;
  };

  const state = (serial: number, more: object = {}) =>
    Readable.from([Buffer.from(JSON.stringify({ version: 4, serial, lineage: 'a', ...more }))]);

  test.each<[string, (queue: TestQueue, world: World, name: string) => Promise<{ id: string }>, Work]>([
    ['a stack', ({ admin }, { pool }, name) => admin.createStack({ name, pool: pool.id }), () => one.admin.stacks()],
    [
      'a webhook',
      ({ admin }, _world, name) => admin.webhooks.create({ name, endpoint: 'https://example.com', enabled: true }),
      () => one.admin.webhooks.list(),
    ],
    [
      'a VCS agent pool',
      ({ admin }, _world, name) => admin.vcsAgents.create({ name }),
      () => one.admin.vcsAgents.list(),
    ],
  ])('one makes %s of a name', async (_what, make, list) => {
    await inRounds(async (world, round) => {
      const name = world.fresh('new');
      exactlyOne(
        await atOnce(
          round,
          () => make(one, world, name),
          () => make(other, world, name),
        ),
      );
      const all = (await list()) as { name: string }[];
      expect(all.filter((each) => each.name === name)).toHaveLength(1);
    });
  });

  test('who say that it is the same pool both get it, and it is made once', async () => {
    await inRounds(async (world, round) => {
      const [id, csr] = [one.admin.newId(), await world.csr()];
      const input = { id, name: world.fresh('pool'), certificateSigningRequest: csr };
      expect(
        await atOnce(
          round,
          () => one.admin.createPool(input),
          () => other.admin.createPool(input),
        ),
      ).toEqual([true, true]);
      expect(await timesDone('worker-pool.create', id)).toBe(1);
    });
  });

  test('both trigger by one idempotency key, and there is one run', async () => {
    await inRounds(async ({ stack }, round) => {
      const asked = { stack, idempotencyKey: 'a-key' };
      expect(
        await atOnce(
          round,
          () => one.admin.createRun(asked),
          () => other.admin.createRun(asked),
        ),
      ).toEqual([true, true]);
      expect(await one.admin.runs({ stack })).toHaveLength(1);
    });
  });

  test('one triggers by an idempotency key for a plan, and the other for another run is refused', async () => {
    await inRounds(async ({ stack }, round) => {
      const asked = { stack, idempotencyKey: 'a-key' };
      exactlyOne(
        await atOnce(
          round,
          () => one.admin.createRun({ ...asked, type: 'PROPOSED' }),
          () => other.admin.createRun({ ...asked, type: 'DESTROY' }),
        ),
      );
      expect(await one.admin.runs({ stack })).toHaveLength(1);
    });
  });

  test('both confirm, and it is so once', async () => {
    await inRounds(async (world, round) => {
      const run = await world.plannedRun();
      expect(
        await atOnce(
          round,
          () => one.admin.confirm(run),
          () => other.admin.confirm(run),
        ),
      ).toEqual([true, true]);
      expect(await timesDone('run.confirm', run)).toBe(1);
      expect(await one.text(run)).toMatch(
        /^(?=[^]*The run was confirmed)(?![^]*The run was confirmed[^]*The run was confirmed)/,
      );
    });
  });

  test('one confirms or discards a plan', async () => {
    await inRounds(async (world, round) => {
      const run = await world.plannedRun();
      const done = await atOnce(
        round,
        () => one.admin.confirm(run),
        () => other.admin.discard(run),
      );
      exactlyOne(done);
      expect(await one.state(run)).toBe(done[0] ? 'CONFIRMED' : 'DISCARDED');
    });
  });

  test('one deletes a stack or triggers a run of it', async () => {
    await inRounds(async ({ stack }, round) => {
      const done = await atOnce(
        round,
        () => one.admin.deleteStack(stack),
        () => other.admin.createRun({ stack }),
      );
      exactlyOne(done);
      expect((await one.admin.stack(stack)) === null).toBe(done[0]);
      if (done[1]) expect(await one.admin.runs({ stack })).toHaveLength(1);
    });
  });

  test.each<
    [string, (queue: TestQueue, world: World) => Promise<[update: Work, remove: Work, isGone: () => Promise<boolean>]>]
  >([
    [
      'a stack',
      async (queue, { stack }) => {
        const { id } = (await queue.admin.stack(stack))!;
        const update = () => other.admin.updateStack(id, { environment: { A: 'b' }, autoDeploy: true });
        return [update, () => one.admin.deleteStack(id), async () => (await one.admin.stack(id)) === null];
      },
    ],
    [
      'a pool',
      async (queue, { pool, stack }) => {
        await queue.admin.deleteStack(stack);
        const update = () => other.admin.updatePool(pool.id, { name: 'renamed', labels: ['a'] });
        return [update, () => one.admin.deletePool(pool.id), async () => (await one.admin.pool(pool.id)) === null];
      },
    ],
    [
      'a webhook',
      async (_queue, world) => {
        const id = await world.webhook();
        const input = { name: world.fresh('renamed'), endpoint: 'https://example.com', enabled: true };
        const update = () => other.admin.webhooks.update(id, input);
        const remove = () => one.admin.webhooks.delete(id);
        return [update, remove, async () => (await one.admin.webhooks.find(id)) === null];
      },
    ],
    [
      'a key',
      async (_queue, world) => {
        const id = await world.key();
        const update = () => other.admin.keys.update(id, { name: 'renamed', role: 'operator' });
        return [update, () => one.admin.keys.delete(id), async () => (await one.admin.keys.find(id)) === null];
      },
    ],
  ])('one deletes %s, whoever changes it', async (_what, make) => {
    await inRounds(async (world, round) => {
      const [update, remove, isGone] = await make(one, world);
      const [, isRemoved] = await atOnce(round, update, remove);
      expect(isRemoved).toBe(true);
      expect(await isGone()).toBe(true);
      // And not made again by the change.
      await expect(update()).rejects.toMatchObject({ code: 'not-found' });
    });
  });

  test('one resets a pool and one changes it: both is done, and the token is the new one', async () => {
    await inRounds(async (world, round) => {
      const { id } = world.pool;
      const before = (await one.admin.pool(id))!;
      const csr = await world.csr();
      expect(
        await atOnce(
          round,
          () => one.admin.resetPool(id, csr),
          () => other.admin.updatePool(id, { name: world.fresh('renamed'), labels: ['a'] }),
        ),
      ).toEqual([true, true]);
      const after = (await one.admin.pool(id))!;
      expect(after).toMatchObject({ name: world.fresh('renamed'), labels: ['a'] });
      expect(after.config).not.toBe(before.config);
      expect(await other.context.store.read.pools.revokedCertificates()).toHaveLength(round + 1);
    });
  });

  test.each<[string, (world: World) => Promise<[Work, Work]>]>([
    [
      'a pool',
      async ({ pool }) => {
        const seen = poolVersion((await one.admin.pool(pool.id))!);
        const change = ({ admin }: TestQueue, name: string) => admin.updatePool(pool.id, { name, seen });
        return [() => change(one, 'first'), () => change(other, 'second')];
      },
    ],
    [
      'a stack',
      async ({ stack }) => {
        const seen = stackVersion((await one.admin.stack(stack))!);
        const change = ({ admin }: TestQueue, projectRoot: string) => admin.updateStack(stack, { projectRoot, seen });
        return [() => change(one, 'first'), () => change(other, 'second')];
      },
    ],
  ])('one changes %s as both have seen it', async (_what, make) => {
    await inRounds(async (world, round) => exactlyOne(await atOnce(round, ...(await make(world)))));
  });

  test('one brings a state of the next serial', async () => {
    await inRounds(async ({ stack }, round) => {
      const done = await atOnce(
        round,
        () => one.admin.states.push(stack, state(1, { resources: [] })),
        () => other.admin.states.push(stack, state(1, { outputs: {} })),
      );
      exactlyOne(done);
      const { id } = (await one.admin.stack(stack))!;
      expect(await one.admin.states.versions(id, 10)).toMatchObject([{ number: 1, serial: 1 }]);
    });
  });

  test('one run locks a state, and the other is told which', async () => {
    await inRounds(async ({ stack }, round) => {
      const plans = [await one.started(stack, 'PROPOSED'), await one.started(stack, 'PROPOSED')] as const;
      const held: unknown[] = [];
      const lock = async (queue: TestQueue, { runId, attempt, fence }: Assignment, ID: string) => {
        const states = new PodStates(queue.context, queue.keptStates);
        const info = { ID, Operation: 'OperationTypePlan', Info: '', Who: '', Version: '', Created: '', Path: '' };
        held.push((await states.lock({ poolId: queue.pool.id, runId, attempt }, { fence, lock: info })).heldBy);
      };
      const [first, second] = plans;
      await atOnce(
        round,
        () => lock(one, first.assignment, 'a'),
        () => lock(other, second.assignment, 'b'),
      );
      expect(held.filter((by) => by === null)).toHaveLength(1);
      expect(held.find((by) => by !== null)).toMatchObject({ ID: expect.stringMatching(/^[ab]$/) });
    });
  });
});
