import { describe, expect, test } from '@jest/globals';
import { Cache, isConflict, PODS, Reflector, type KubeObject } from '../../../src/controller/runtime';
import { WORKER_POOLS } from '../../../src/controller/resources';
import { FakeClock } from '../../support/fake-clock';
import { SimulatedApiServer } from '.';

describe('the controller on the simulated API server', () => {
  test('a cache follows what is stored', async () => {
    const clock = new FakeClock();
    const server = new SimulatedApiServer({ clock, random: () => 0.5 });
    server.user.createNamespace('team');
    const cache = new Cache<KubeObject>();
    const client = server.client({ name: 'controller' });
    const reflector = new Reflector({ client, resource: PODS, cache, clock, random: () => 0.5 });
    reflector.start();
    await clock.advance(100);
    expect(cache.synced).toBe(true);
    server.user.create(PODS, 'team', { metadata: { name: 'a' } });
    server.user.create(WORKER_POOLS, 'team', { metadata: { name: 'a' } });
    await clock.advance(100);
    expect(cache.list().map(({ metadata }) => metadata.name)).toEqual(['a']);
    server.user.delete(PODS, 'team', 'a');
    await clock.advance(100);
    expect(cache.list()).toEqual([]);
    const stopped = reflector.stop();
    await clock.advance(1_000);
    await stopped;
  });

  test('a process that died hears nothing any more, and what it had sent is carried out', async () => {
    const clock = new FakeClock();
    const server = new SimulatedApiServer({ clock, random: () => 0.5 });
    const process = new AbortController();
    const client = server.client({ name: 'controller', signal: process.signal });
    let heard = false;
    void client.create(PODS, 'default', { metadata: { name: 'a' } }).finally(() => (heard = true));
    await clock.advance(1);
    process.abort();
    await clock.advance(60_000);
    expect(heard).toBe(false);
    expect(server.objects(PODS)).toHaveLength(1);
  });

  test('a patch that was meant for another object of that name is a conflict', async () => {
    const clock = new FakeClock();
    const server = new SimulatedApiServer({ clock, random: () => 0.5 });
    const client = server.client({ name: 'controller' });
    server.user.create(PODS, 'default', { metadata: { name: 'a' } });
    const body = { metadata: { uid: 'of the one before' } };
    const patch = client.patch(PODS, 'default', 'a', body, { type: 'merge' }).catch((error: unknown) => error);
    await clock.advance(20);
    expect(isConflict(await patch)).toBe(true);
  });
});
