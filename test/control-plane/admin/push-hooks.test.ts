import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { describeOnEachDatabase } from '../support/databases';
import { TestQueue } from '../support/queue';

const REPOSITORY = { url: 'https://git.example.com/team/network.git' };
const DELIVERY = { host: 'GitHub', event: 'push', runId: null, message: 'branch main was deleted' };

describeOnEachDatabase('how a stack hears of pushes', (database) => {
  let queue: TestQueue;
  let stack: string;

  beforeEach(async () => {
    queue = await TestQueue.ready(undefined, await database());
    stack = (await queue.admin.updateStack('stack', { repository: REPOSITORY })).id;
  });
  afterEach(() => queue.close());

  const pushes = () => queue.admin.pushes;
  const hook = async () => (await pushes().ofStacks([stack])).get(stack);

  test('is told once with its secret, which lies encrypted and is told no more', async () => {
    const { secret } = await pushes().create('stack', { paths: ['modules'] });
    expect(await pushes().secretOf('stack')).toMatchObject({ secret, stack: { id: stack } });
    expect(await hook()).toMatchObject({ forks: false, paths: ['modules'], secret: null });
    const [row] = await queue.rows('pushHooks');
    expect(row).toMatchObject({ id: stack, secret: expect.stringMatching(/^v1:/) });
    expect(JSON.stringify([row, await queue.rows('auditTrail')])).not.toContain(secret!.slice(10));
  });

  test('is made once by two who ask at once', async () => {
    const both = await Promise.allSettled([pushes().create('stack', {}), pushes().create('stack', {})]);
    const [made] = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value.secret] : []));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await pushes().secretOf('stack'))?.secret).toBe(made);
  });

  test('of a delivery that comes twice at once, one run follows', async () => {
    const run = { stack, commitSha: 'a'.repeat(40), commitMessage: 'x', idempotencyKey: 'push-1' };
    const [one, other] = await Promise.all([queue.admin.createRun(run), queue.admin.createRun(run)]);
    expect(other.id).toBe(one.id);
  });

  test('keeps the newest deliveries', async () => {
    await pushes().create('stack', {});
    for (let n = 1; n <= 53; n += 1) await pushes().note(stack, { ...DELIVERY, message: String(n) });
    const kept = await pushes().deliveries(stack);
    expect(kept.map(({ message }) => message)).toEqual(Array.from({ length: 50 }, (_, n) => String(53 - n)));
    expect(await queue.rows('pushDeliveries')).toHaveLength(50);
  });

  test('goes with what came when it is deleted, and with its stack', async () => {
    await pushes().create('stack', {});
    await pushes().note(stack, DELIVERY);
    await pushes().delete('stack');
    await pushes().note(stack, DELIVERY);
    expect(await queue.rows('pushDeliveries')).toEqual([]);
    await pushes().create('stack', {});
    await pushes().note(stack, DELIVERY);
    await queue.admin.deleteStack('stack');
    expect([await queue.rows('pushHooks'), await queue.rows('pushDeliveries')]).toEqual([[], []]);
  });

  test.each<[string, () => Promise<unknown>, RegExp]>([
    ['a stack without a repository', () => withoutRepository(), /has no git repository to which anybody could push/],
    [
      'one that hears already',
      () =>
        pushes()
          .create('stack', {})
          .then(() => pushes().create('stack', {})),
      /already/,
    ],
    ['one that hears of none', () => pushes().rotate('stack'), /hears of no pushes/],
    ['a secret of somebody', () => pushes().create('stack', { secret: 'a'.repeat(50) }), /is made here, and this one/],
    ['a path that leads out', () => pushes().create('stack', { paths: ['../other'] }), /path "\.\.\/other" is not/],
    [
      'too many paths',
      () => pushes().create('stack', { paths: Array.from({ length: 21 }, (_, n) => `m${n}`) }),
      /21 paths are too many: at most 20/,
    ],
  ])('is refused for %s', async (_, ask, sentence) => {
    await expect(ask()).rejects.toThrow(sentence);
  });

  const withoutRepository = async () => {
    await queue.addStack('uploaded');
    return pushes().create('uploaded', {});
  };
});
