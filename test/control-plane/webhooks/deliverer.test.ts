import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { LIMIT } from '../../../src/control-plane/limits';
import { Deliverer, Destinations } from '../../../src/control-plane/webhooks';
import { PAUSED_AFTER, RETRY_FOR_MS } from '../../../src/control-plane/webhooks/schedule';
import { until } from '../../support/until';
import { describeOnEachDatabase } from '../support/databases';
import { TestQueue } from '../support/queue';
import { Receiver } from './support/receiver';

describeOnEachDatabase('webhooks', (database) => {
  let queue: TestQueue;
  const open: { close?(): Promise<void>; stop?(): Promise<void> }[] = [];

  beforeEach(async () => {
    queue = await TestQueue.ready(undefined, await database());
  });

  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await (one.close?.() ?? one.stop?.());
    await queue.close();
  });

  const deliver = (of: TestQueue = queue): Deliverer => {
    const deliverer = new Deliverer(of.context, {
      destinations: new Destinations(['127.0.0.0/8']),
      publicUrl: () => 'https://pools.example.com',
      lookEveryMs: 50,
    });
    deliverer.start();
    open.push(deliverer);
    return deliverer;
  };

  const receiver = async (answer: Receiver['answer'] = 200): Promise<Receiver> => {
    const made = await Receiver.start(answer);
    open.push(made);
    return made;
  };

  const webhook = (endpoint: string, more: object = {}) =>
    queue.admin.webhooks.create({ name: `hook ${endpoint.replaceAll('/', '')}`, endpoint, enabled: true, ...more });

  const deliveries = async (id: string) => (await queue.admin.webhooks.deliveries(id, 100)).toReversed();
  const states = async (id: string) => (await deliveries(id)).map(({ state }) => state);

  test('are told each change of a run, signed, in the order of the changes', async () => {
    const one = await receiver();
    await webhook(one.url, { secret: 'a secret' });
    deliver();
    const { run, assignment } = await queue.started();
    await queue.end(assignment);
    await until(() => one.received.length >= 4, 'all is told');
    expect(one.told).toEqual(['QUEUED', 'PREPARING', 'PLANNING', 'FINISHED'].map((state) => `${run} ${state}`));
    const { body, headers } = one.received[3]!;
    expect(JSON.parse(body)).toEqual({
      account: 'pools.example.com',
      state: 'FINISHED',
      stateVersion: 4,
      timestamp: Math.floor(queue.now / 1000),
      run: {
        ...{ id: run, type: 'TRACKED', createdAt: Math.floor(queue.now / 1000), reason: 'Succeeded' },
        ...{ branch: null, commit: null, delta: null, triggeredBy: null },
        url: `https://pools.example.com/runs/${run}`,
      },
      stack: { id: (await queue.admin.stack('stack'))!.id, name: 'stack', description: '', labels: [] },
    });
    expect(headers['x-signature-256']).toBe(`sha256=${createHmac('sha256', 'a secret').update(body).digest('hex')}`);
    expect(new Set(one.received.map((each) => each.headers['x-delivery-id'])).size).toBe(4);
  });

  test('are told of what they want to hear of alone', async () => {
    const [bad, other, none] = [await receiver(), await receiver(), await receiver()];
    await queue.addStack('other');
    await webhook(bad.url, { runStates: ['FAILED', 'CANCELED'] });
    await webhook(other.url, { stacks: ['other'] });
    await webhook(none.url, { enabled: false });
    deliver();
    const [first, second] = [await queue.trigger(), await queue.trigger('other')];
    await queue.admin.cancel(first);
    await queue.admin.cancel(second);
    await until(() => other.received.length >= 2 && bad.received.length >= 2, 'both are told');
    expect(bad.told.toSorted()).toEqual([`${first} CANCELED`, `${second} CANCELED`].toSorted());
    expect(other.told).toEqual([`${second} QUEUED`, `${second} CANCELED`]);
    expect(none.received).toEqual([]);
  });

  test('hear of no change that was not made', async () => {
    const one = await receiver();
    const { id } = await webhook(one.url);
    await expect(
      queue.context.store.transaction(async (tx) => {
        const delivery = { id: 'x', webhookId: id, runId: null, stateVersion: 0, payload: '{}', createdAt: 1 };
        await tx.webhooks.addDeliveries([delivery]);
        throw new Error('undone');
      }),
    ).rejects.toThrow('undone');
    expect(await deliveries(id)).toEqual([]);
  });

  test('are told under the same id what they refused, and of the same run nothing before that', async () => {
    const one = await receiver(503);
    const { id } = await webhook(one.url);
    deliver();
    const run = await queue.trigger();
    await queue.admin.cancel(run);
    const other = await queue.trigger();
    await until(
      async () => (await deliveries(id)).filter(({ attempts }) => attempts > 0).length === 2,
      'each run failed',
    );
    expect(one.told.toSorted()).toEqual([`${run} QUEUED`, `${other} QUEUED`].toSorted());
    expect((await deliveries(id))[0]).toMatchObject({ state: 'WAITING', status: 503, error: 'it answered 503' });
    one.answer = 200;
    queue.leap(60);
    await until(async () => (await states(id)).every((state) => state === 'DELIVERED'), 'all is delivered');
    const ofRun = one.received.filter(({ body }) => body.includes(run));
    expect(ofRun.map(({ body }) => (JSON.parse(body) as { state: string }).state)).toEqual([
      'QUEUED',
      'QUEUED',
      'CANCELED',
    ]);
    expect(ofRun[1]!.headers['x-delivery-id']).toBe(ofRun[0]!.headers['x-delivery-id']);
    expect(ofRun[1]!.body).toBe(ofRun[0]!.body);
  });

  test('that do not answer keep no other waiting', async () => {
    const [dead, alive] = [await receiver(() => undefined), await receiver()];
    await webhook(dead.url);
    await webhook(alive.url);
    deliver();
    const runs: string[] = [];
    for (let n = 0; n < 5; n += 1) runs.push(await queue.trigger());
    await until(() => alive.received.length >= 5 && dead.received.length > 0, 'the other is told');
    expect(alive.told.toSorted()).toEqual(runs.map((run) => `${run} QUEUED`).toSorted());
  });

  test('that fail are paused, tried with one delivery at a time, and told all once they answer', async () => {
    const one = await receiver(500);
    const { id } = await webhook(one.url);
    for (let n = 0; n < 6; n += 1) await queue.trigger();
    deliver();
    const hook = async () => (await queue.admin.webhooks.find(id))!;
    for (let n = 0; (await hook()).failures < PAUSED_AFTER; n += 1) {
      const before = await hook();
      queue.leap(600);
      await until(async () => (await hook()).failures !== before.failures, 'another failure');
    }
    // One leap may make more than one failure, or pass a pause.
    await until(async () => (await hook()).pausedUntil > queue.now, 'it is paused');
    const paused = await hook();
    const before = one.received.length;
    queue.leap(600);
    await until(async () => (await hook()).failures > paused.failures, 'it is tried again');
    expect(one.received.length - before).toBe(1);
    one.answer = 200;
    queue.leap(24 * 3600 - 3600);
    await until(async () => (await states(id)).every((state) => state === 'DELIVERED'), 'all is delivered');
    expect(await hook()).toMatchObject({ failures: 0, pausedUntil: 0 });
  });

  test('are not told what was given up, unless somebody asks for it again', async () => {
    const one = await receiver(500);
    const { id } = await webhook(one.url, { retryOnFailure: false });
    deliver();
    await queue.trigger();
    await until(async () => (await states(id))[0] === 'FAILED', 'it is given up');
    one.answer = 200;
    const [given] = await deliveries(id);
    await queue.admin.webhooks.redeliver(given!.id);
    await until(async () => (await states(id))[0] === 'DELIVERED', 'it is delivered');
    expect(one.received.map(({ headers }) => headers['x-delivery-id'])).toEqual([given!.id, given!.id]);
  });

  test('are tried by a delivery of no run', async () => {
    const one = await receiver();
    const { id } = await webhook(one.url);
    deliver();
    await queue.admin.webhooks.test(id);
    await until(() => one.received.length > 0, 'it is told');
    expect(JSON.parse(one.received[0]!.body)).toEqual({
      ...{ account: 'pools.example.com', state: 'TEST', stateVersion: 0 },
      timestamp: Math.floor(queue.now / 1000),
    });
  });

  test('are told what a process put down that was killed before it delivered', async () => {
    const one = await receiver();
    await webhook(one.url);
    const run = await queue.trigger();
    await queue.restart();
    deliver();
    await until(() => one.received.length > 0, 'it is told');
    expect(one.told).toEqual([`${run} QUEUED`]);
  });

  test('are told by another process what one took and did not end with', async () => {
    const one = await receiver();
    const { id } = await webhook(one.url);
    const run = await queue.trigger();
    const lease = { holder: 'a process that was killed', now: queue.now, until: queue.now + 60_000 };
    await queue.context.store.transaction((tx) => tx.webhooks.take(id, lease));
    deliver();
    await queue.admin.webhooks.test(id);
    expect(one.received).toEqual([]);
    queue.leap(61);
    await until(() => one.received.length >= 2, 'it is told');
    expect(one.told.toSorted()).toEqual([`${run} QUEUED`, 'TEST'].toSorted());
  });

  test('keep the newest deliveries, and give up what waits for too long', async () => {
    const { id } = await webhook('http://127.0.0.1:1');
    const run = await queue.trigger();
    for (let n = 0; n < 4; n += 1) await queue.admin.webhooks.test(id);
    const { store } = queue.context;
    const later = queue.now + RETRY_FOR_MS;
    const why = (reason: string) => reason;
    expect(
      await store.transaction((tx) => tx.webhooks.giveUp(later - RETRY_FOR_MS, LIMIT.waitingDeliveries, why)),
    ).toBe(0);
    expect(await store.transaction((tx) => tx.webhooks.giveUp(0, 3, why))).toBe(2);
    expect((await deliveries(id)).map(({ state, error }) => error ?? state)).toEqual([
      ...['many', 'many'],
      ...['WAITING', 'WAITING', 'WAITING'],
    ]);
    expect(await store.transaction((tx) => tx.webhooks.giveUp(later, 10, why))).toBe(3);
    expect(await store.transaction((tx) => tx.webhooks.deleteEnded(2))).toBe(3);
    expect((await deliveries(id)).map(({ error }) => error)).toEqual(['late', 'late']);
    expect(await queue.admin.run(run)).toMatchObject({ state: 'QUEUED' });
  });

  test('have a secret that lies encrypted, stays when it is left out, and is told nobody', async () => {
    const one = await receiver();
    const { id } = await webhook(one.url, { secret: 'correct horse' });
    const changed = await queue.admin.webhooks.update(id, { name: 'other', endpoint: one.url, enabled: true });
    expect(JSON.stringify([changed, await queue.admin.webhooks.list()])).not.toContain('correct horse');
    deliver();
    await queue.admin.webhooks.test(id);
    await until(() => one.received.length > 0, 'it is told');
    const { body, headers } = one.received[0]!;
    expect(headers['x-signature']).toBe(`sha1=${createHmac('sha1', 'correct horse').update(body).digest('hex')}`);
  });

  test.each([
    ['a private address', { endpoint: 'http://10.0.0.1/' }, 'is refused: 10.0.0.1 is no public address'],
    ['no URL', { endpoint: 'example.com' }, 'is refused: it is no http:// or https:// URL'],
    ['a stack that is not there', { stacks: ['nowhere'] }, 'stack nowhere not found'],
    ['a name that is no name', { name: 'a/b' }, 'name "a/b" of a webhook is not allowed'],
    ['a name that there is', { name: 'taken' }, 'a webhook is named taken already'],
    [
      'a secret that is too long',
      { secret: 'x'.repeat(1001) },
      'the secret of a webhook is not allowed: at most 1000 characters',
    ],
  ])('are refused for %s', async (_, wanted, sentence) => {
    await webhook('https://example.com', { name: 'taken' });
    await expect(webhook('https://example.com', wanted)).rejects.toThrow(sentence);
    expect(await queue.admin.webhooks.list()).toHaveLength(1);
  });
});
