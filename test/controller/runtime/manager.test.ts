import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import type { Controller, HealthServer, ManagedReflector } from '../../../src/controller/runtime';
import { Leadership, Manager, startHealthServer, WorkQueue } from '../../../src/controller/runtime';
import { FakeClock, settle } from '../../support/fake-clock';

describe('a manager', () => {
  let clock: FakeClock;
  let happened: string[];
  let synced: boolean;
  let silentMs: number;
  let idleMs: number;
  let leadership: Leadership;
  let sync: () => void;
  let hang: (() => void) | undefined;
  let manager: Manager;
  let queue: WorkQueue;
  let health: HealthServer;

  beforeEach(async () => {
    clock = new FakeClock();
    happened = [];
    synced = false;
    silentMs = 0;
    idleMs = 0;
    leadership = new Leadership();
    const whenSynced = new Promise<void>((resolve) => {
      sync = () => {
        synced = true;
        resolve();
      };
    });
    const reflector: ManagedReflector = {
      name: 'pods',
      get synced() {
        return synced;
      },
      get silentMs() {
        return silentMs;
      },
      get idleMs() {
        return idleMs;
      },
      start: () => void happened.push('watch'),
      stop: () => Promise.resolve(void happened.push('unwatch')),
      whenSynced: () => whenSynced,
    };
    queue = new WorkQueue({
      name: 'things',
      clock,
      reconcile: (key) => {
        happened.push(`pass ${key}`);
        return key === 'hanging' ? new Promise((resolve) => (hang = () => resolve())) : Promise.resolve();
      },
    });
    queue.add('early');
    const controller: Controller = {
      name: 'things',
      queue,
      start: () => void happened.push('start'),
      stop: () => void happened.push('stop'),
    };
    manager = new Manager({ reflectors: [reflector], controllers: [controller], leadership, clock });
    const { liveness, readiness } = manager;
    health = await startHealthServer({ port: 0, host: '127.0.0.1', liveness, readiness, metrics: new Registry() });
  });
  afterEach(async () => {
    hang?.();
    sync();
    await manager.stop();
    await health.close();
  });

  const ask = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${health.port}${path}`);
    return `${answer.status} ${(await answer.text()).trim()}`;
  };

  test('starts controllers once the caches are synced, and ends everything in the opposite order', async () => {
    const started = manager.start();
    await settle();
    expect(happened).toEqual(['watch']);
    sync();
    await started;
    await settle();
    expect(happened).toEqual(['watch', 'start', 'pass early']);
    await manager.stop();
    expect(happened).toEqual(['watch', 'start', 'pass early', 'stop', 'unwatch']);
    expect(await manager.ended).toBe('stopped');
  });

  test('is ready when its caches are', async () => {
    const started = manager.start();
    expect(await ask('/readyz')).toBe('503 failed cache pods: the first list is not in yet');
    sync();
    await started;
    expect(await ask('/readyz')).toBe('200 ok cache pods');
    expect(await ask('/metrics')).toMatch(/^200/);
    expect(await ask('/elsewhere')).toBe('404 not found');
  });

  test('is alive while watches speak and passes end', async () => {
    sync();
    await manager.start();
    expect(await ask('/healthz')).toBe('200 ok watch pods\nok queue things');
    idleMs = 301_000;
    expect(await ask('/healthz')).toBe('503 failed watch pods: nothing done for 301 s\nok queue things');
  });

  test('is alive, but not ready, while the API server is out of reach, however long its passes take', async () => {
    sync();
    await manager.start();
    await settle();
    queue.add('hanging');
    await clock.advance(601_000);
    silentMs = 601_000;
    expect(await ask('/healthz')).toBe('200 ok watch pods\nok queue things');
    expect(await ask('/readyz')).toBe('503 failed cache pods: nothing heard for 601 s');
  });

  test('ends within its bounds, and the right to act with it, when a pass does not', async () => {
    sync();
    await manager.start();
    await settle();
    queue.add('hanging');
    const stopping = manager.stop();
    await clock.advance(9_999);
    expect(leadership.held).toBe(true);
    await clock.advance(1);
    expect(leadership.held).toBe(false);
    await clock.advance(3_000);
    await stopping;
    expect(happened.slice(-2)).toEqual(['stop', 'unwatch']);
  });

  test('is not alive when a pass hangs', async () => {
    sync();
    await manager.start();
    await settle();
    queue.add('hanging');
    expect(happened.at(-1)).toBe('pass hanging');
    await clock.advance(601_000);
    expect(await ask('/healthz')).toContain('failed queue things: its oldest key has been there for 601 s');
  });
});
