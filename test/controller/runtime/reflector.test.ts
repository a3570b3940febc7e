import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Fault } from '../../support/fault-server';
import { FakeClock } from '../../support/fake-clock';
import { pause, Scene } from './reflector-setup';

describe('a reflector', () => {
  let scene: Scene;

  beforeEach(async () => {
    scene = new Scene();
    await scene.open();
  });
  afterEach(() => scene.close());

  test('is synced after the first list, reads it in pages and asks for bookmarks', async () => {
    for (let i = 0; i < 8; i++) scene.server.put(`pod-${i}`);
    expect(scene.cache.synced).toBe(false);
    await scene.startAndWatch({ pageSize: 4 });
    expect(scene.cache.synced).toBe(true);
    await scene.converged();
    const lists = scene.server.requests.filter(({ verb }) => verb === 'list');
    expect(lists.map(({ query }) => [query.get('limit'), query.get('continue')])).toEqual([
      ['4', null],
      ['4', '110:4'],
      ['4', '110:8'],
    ]);
    const watch = scene.server.requests.find(({ verb }) => verb === 'watch')?.query;
    expect(watch?.get('allowWatchBookmarks')).toBe('true');
    expect(watch?.get('resourceVersion')).toBe('110');
    expect(Number(watch?.get('timeoutSeconds'))).toBe(450);
  });

  test.each<{ name: string; fault: Fault }>([
    { name: 'is reset', fault: { on: 'list', kind: 'reset' } },
    { name: 'breaks off', fault: { on: 'list', kind: 'half-answer' } },
    { name: 'is answered 500', fault: { on: 'list', kind: 'answer', status: 500 } },
    { name: 'is answered 429', fault: { on: 'list', kind: 'answer', status: 429, retryAfterSeconds: 2 } },
    { name: 'is forbidden', fault: { on: 'list', kind: 'answer', status: 403 } },
    { name: 'is of a kind that does not exist yet', fault: { on: 'list', kind: 'answer', status: 404 } },
    { name: 'is a page of HTML', fault: { on: 'list', kind: 'answer', status: 200, text: '<html>' } },
    { name: 'is no list', fault: { on: 'list', kind: 'answer', status: 200, text: '{}' } },
    { name: 'hangs', fault: { on: 'list', kind: 'hang' } },
  ])('does not give up when the first list $name, however often', async ({ fault }) => {
    const times = fault.kind === 'hang' ? 1 : 7;
    for (let i = 0; i < times; i++) scene.server.inject(fault);
    await scene.startAndWatch({ timeoutMs: 100 });
    await scene.converged();
    expect(scene.server.faultsLeft).toBe(0);
  });

  test('begins the list anew when its next page has expired', async () => {
    for (let i = 0; i < 8; i++) scene.server.put(`pod-${i}`);
    scene.server.inject({ on: 'list', kind: 'none' }, { on: 'list', kind: 'answer', status: 410, reason: 'Expired' });
    await scene.startAndWatch({ pageSize: 4 });
    await scene.converged();
    const lists = scene.server.requests.filter(({ verb }) => verb === 'list');
    expect(lists.map(({ query }) => query.get('continue'))).toEqual([null, '110:4', null, '110:4', '110:8']);
  });

  test('resumes a quiet watch from the last bookmark', async () => {
    await scene.startAndWatch();
    scene.server.put('gamma');
    await scene.converged();
    const { version } = scene.server.store;
    scene.server.bookmark();
    scene.server.endWatches('reset');
    await scene.server.until(() => scene.server.count('watch') === 2);
    expect(scene.server.requests.at(-1)?.query.get('resourceVersion')).toBe(version);
    expect(scene.server.count('list')).toBe(1);
  });

  test('does not open watches in a tight loop when each is closed at once, and backs off with jitter', async () => {
    const clock = new FakeClock();
    const random = jitterOf(0, 0.5, 0.99);
    await scene.startAndWatch({ clock, random });
    const waits: number[] = [];
    for (let i = 0; i < 3; i++) {
      const watches = scene.server.count('watch');
      scene.server.endWatches('clean');
      while (clock.pending.length === 0) await pause();
      waits.push(clock.pending[0] ?? 0);
      expect(scene.server.count('watch')).toBe(watches);
      await clock.advance(waits[i] ?? 0);
      await scene.server.until(() => scene.server.openWatches === 1 || scene.server.count('watch') > watches);
    }
    expect(waits[0]).toBeGreaterThanOrEqual(400);
    expect(waits[1]).toBeGreaterThanOrEqual(800);
    expect(waits[2]).toBeGreaterThanOrEqual(1_600);
    expect(waits[2]).toBeLessThanOrEqual(3_200);
  });

  test('waits as long as Retry-After says', async () => {
    const clock = new FakeClock();
    scene.server.inject({ on: 'watch', kind: 'answer', status: 429, retryAfterSeconds: 17 });
    scene.start({ clock });
    await scene.reflector.whenSynced();
    while (clock.pending.length === 0) await pause();
    expect(clock.pending).toEqual([17_000]);
    await clock.advance(17_000);
    await scene.server.until(() => scene.server.openWatches === 1);
  });

  test('repairs by its audit what the watch never showed, and counts it', async () => {
    await scene.startAndWatch({ auditMs: 100_000 });
    scene.server.store.put('lost');
    scene.server.store.put('alpha');
    scene.server.store.remove('beta');
    scene.server.bookmark();
    await scene.converged();
    expect(await scene.failures()).toEqual({});
    expect(await scene.counted('reflector_repaired_total')).toBeGreaterThanOrEqual(2);
  });

  test('believes a list that stays older, because the cluster was restored from a backup', async () => {
    await scene.startAndWatch();
    scene.server.put('alpha');
    scene.server.put('gone-with-the-restore');
    await scene.converged();
    scene.server.store.restore(102);
    scene.server.writeRaw('{"type":"ERROR","object":{"code":410,"reason":"Expired"}}\n');
    await scene.converged();
    expect(await scene.failures()).toEqual({ Expired: 1, StaleList: 4 });
    scene.server.put('after-the-restore');
    await scene.converged();
  });

  test('goes on when a handler throws, and tells the others', async () => {
    const heard: string[] = [];
    scene.cache.onChange(() => {
      throw new Error('a handler that fails');
    });
    scene.cache.onChange(({ type, object }) => heard.push(`${type} ${object.metadata.name}`));
    await scene.startAndWatch();
    scene.server.put('gamma');
    scene.server.remove('alpha');
    await scene.converged();
    expect(heard).toEqual(['added alpha', 'added beta', 'added gamma', 'deleted alpha']);
  });

  test('watches each namespace by itself and is synced when all are', async () => {
    scene.server.inject({ on: 'list', kind: 'hang' });
    scene.start({ namespaces: ['default', 'other'], timeoutMs: 100 });
    await scene.reflector.whenSynced();
    const paths = scene.server.requests.filter(({ verb }) => verb === 'list').map(({ path }) => path);
    expect(new Set(paths)).toEqual(new Set(['/api/v1/namespaces/default/pods', '/api/v1/namespaces/other/pods']));
  });

  test('neither lists again nor waits longer each time, because a proxy cuts its quiet watches', async () => {
    const clock = new FakeClock();
    await scene.startAndWatch({ clock });
    for (let cuts = 0; cuts < 5; cuts += 1) {
      await clock.advance(20_000);
      scene.server.endWatches('reset');
      await scene.until(() => clock.pending.includes(600));
      await clock.advance(600);
      await scene.server.until(() => scene.server.openWatches === 1);
    }
    expect(scene.server.count('list')).toBe(1);
    expect(scene.server.count('watch')).toBe(6);
  });

  test('says how long it has been silent', async () => {
    const clock = new FakeClock();
    await scene.startAndWatch({ clock });
    await clock.advance(5_000);
    expect(scene.reflector.silentMs).toBe(5_000);
    scene.server.bookmark();
    while (scene.reflector.silentMs > 0) await pause();
  });

  test('rejects those who wait for its first list when it is stopped', async () => {
    scene.server.inject({ on: 'list', kind: 'hang' });
    scene.start();
    const waiting = scene.reflector.whenSynced();
    await scene.reflector.stop();
    await expect(waiting).rejects.toThrow('stopped before its first list');
  });
});

function jitterOf(...values: number[]): () => number {
  let at = 0;
  return () => values[at++ % values.length] ?? 0;
}
