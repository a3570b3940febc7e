import { beforeEach, describe, expect, it } from '@jest/globals';
import type { WorkerPool } from '../../../src/api';
import { systemClock } from '../../../src/time';
import type { PoolCredentials } from '../../../src/controller/worker-pool/credentials';
import { PoolSession } from '../../../src/controller/worker-pool/session';
import type { RetireRequest, SyncResponse, WorkerView } from '../../../src/protocol/messages';
import type { ControlPlaneSession, SessionEvents, SessionStatus } from '../../../src/protocol/session';

const POOL: WorkerPool = {
  metadata: { name: 'pool', namespace: 'ns', uid: 'pool-uid', resourceVersion: '1', creationTimestamp: '' },
};
const [A, B] = ['01J000000000000000000W000A', '01J000000000000000000W000B'];

/** Answers that a test sets, in the place of a control plane whose timing cannot be steered. */
class Scripted {
  events!: SessionEvents;
  status: SessionStatus = { state: 'connecting' };
  syncAnswer: SyncResponse = { revision: 0, workers: [], unknown: [] };
  busy = new Set<string>();
  duringSync = (): void => undefined;
  readonly retireRequests: string[][] = [];

  readonly session = {
    sync: () => {
      this.duringSync();
      return Promise.resolve(this.syncAnswer);
    },
    retire: ({ workers }: Omit<RetireRequest, 'session'>) => {
      this.retireRequests.push(workers);
      return Promise.resolve({ results: workers.map((id) => ({ id, retired: !this.busy.has(id) })) });
    },
  } as unknown as ControlPlaneSession;

  change(status: SessionStatus): void {
    this.status = status;
    this.events.onStatus(status);
  }
}

let scripted: Scripted;
let session: PoolSession;
let told: string[];
let now: number;
let named: object | undefined;

beforeEach(() => {
  scripted = new Scripted();
  told = [];
  now = 1_000_000;
  named = undefined;
  session = new PoolSession({
    key: 'key',
    credentials: { token: { poolId: 'POOL' } } as unknown as PoolCredentials,
    connect: (_, events) => {
      scripted.events = events;
      return Object.defineProperty(scripted.session, 'status', { get: () => scripted.status, configurable: true });
    },
    userAgent: 'test',
    shownEndpoint: 'https://there',
    pool: () => POOL,
    clock: { ...systemClock, now: () => now },
    random: () => 0,
    onWorkerChange: (id) => told.push(id),
    onImages: (images) => (named = images),
    onPoolChange: () => told.push('pool'),
    onReconnect: () => told.push('all'),
  });
});

const view = (id: string, revision: number, facts: Partial<WorkerView> = {}): WorkerView => ({
  id,
  revision,
  drained: false,
  retiring: false,
  removed: false,
  assignment: null,
  ...facts,
});

describe('the views of a session', () => {
  it('are those of the newest revision, whatever the order in which they come', () => {
    scripted.events.onView(view(A, 2, { drained: true }));
    scripted.events.onView(view(A, 1));
    expect(session.view(A)).toMatchObject({ revision: 2, drained: true });
    expect(told).toEqual([A]);
  });

  it('wake the pool only when a Worker leaves', () => {
    scripted.events.onView(view(A, 1));
    expect(told).toEqual([A]);
    scripted.events.onView(view(A, 2, { removed: true }));
    expect(told).toEqual([A, A, 'pool']);
    expect(session.isRetired(A)).toBe(true);
  });

  it('end when the control plane does not know the Worker', async () => {
    scripted.events.onView(view(A, 1));
    scripted.syncAnswer = { revision: 5, workers: [view(B, 2)], unknown: [A] };
    await session.sync([A, B].map((id) => ({ id, pod: null })));
    expect(session.view(A)).toBeUndefined();
    expect(session.view(B)).toBeDefined();
  });

  it('are exchanged again within a minute, although the clock was set back by an hour meanwhile', async () => {
    await session.sync([]);
    now -= 3_600_000;
    expect(session.fact.nextSyncAt - now).toBeLessThanOrEqual(60_000);
  });

  it('start anew with a control plane that lost its memory', async () => {
    scripted.syncAnswer = { revision: 90, workers: [view(A, 90)], unknown: [] };
    await session.sync([{ id: A, pod: null }]);
    scripted.syncAnswer = { revision: 3, workers: [view(A, 3, { drained: true })], unknown: [] };
    await session.sync([{ id: A, pod: null }]);
    expect(session.view(A)).toMatchObject({ revision: 3, drained: true });
  });

  it('of Workers without an object are forgotten', async () => {
    scripted.events.onView(view(A, 1));
    await session.sync([{ id: B, pod: null }]);
    expect(session.view(A)).toBeUndefined();
  });
});

describe('the images of the runs', () => {
  const images = { launcherImage: 'launcher:1', defaultRunnerImage: 'runner:1' };

  it('are named by the exchange of the whole truth', async () => {
    scripted.syncAnswer = { revision: 1, workers: [], unknown: [], images };
    await session.sync([]);
    expect(named).toEqual(images);
  });

  it('are named by assignments of a control plane that says no more', () => {
    scripted.events.onView(view(A, 1, { assignment: { runId: A, ...images } as unknown as WorkerView['assignment'] }));
    expect(named).toMatchObject(images);
  });
});

describe('retiring', () => {
  it('puts everything asked at once into one request, and remembers the answers', async () => {
    scripted.busy.add(B);
    expect(await Promise.all([session.retire(A), session.retire(B)])).toEqual([true, false]);
    expect(scripted.retireRequests).toEqual([[A, B]]);
    expect([session.isRetired(A), session.isRetiring(A)]).toEqual([true, false]);
    expect([session.isRetired(B), session.isRetiring(B)]).toEqual([false, true]);
  });

  it('asks nothing about a Worker that is retired already', async () => {
    await session.retire(A);
    expect(await session.retire(A)).toBe(true);
    expect(scripted.retireRequests).toHaveLength(1);
  });

  it('is known from the view after a restart', () => {
    scripted.events.onView(view(A, 1, { retiring: true }));
    expect(session.isRetiring(A)).toBe(true);
  });
});

describe('the exchange of the whole truth', () => {
  it('is due again after every reconnect, even one in the middle of it', async () => {
    scripted.change({ state: 'connected', since: 1 });
    scripted.duringSync = () => scripted.change({ state: 'connected', since: 2 });
    await session.sync([]);
    expect(session.fact.synced).toBe(false);
    scripted.duringSync = () => undefined;
    await session.sync([]);
    expect(session.fact.synced).toBe(true);
  });

  it('counts the failures in a row, until the connection stands again', () => {
    for (const message of ['lost', 'refused']) scripted.change({ state: 'failed', cause: 'unreachable', message });
    expect(session.fact.failures).toBe(2);
    scripted.change({ state: 'connected', since: 1 });
    expect(session.fact.failures).toBe(0);
  });

  it('tells since when nobody has heard it: from its beginning, until a sync is taken, and anew when the connection is lost', async () => {
    const begun = now;
    now += 5_000;
    scripted.change({ state: 'connected', since: 1 });
    scripted.duringSync = () => {
      throw new Error('the control plane failed');
    };
    await expect(session.sync([])).rejects.toThrow('failed');
    expect(session.disconnectedSince).toBe(begun);
    scripted.duringSync = () => undefined;
    await session.sync([]);
    expect(session.disconnectedSince).toBeUndefined();
    const lostAt = (now += 5_000);
    scripted.change({ state: 'failed', cause: 'unreachable', message: '' });
    now += 5_000;
    scripted.change({ state: 'failed', cause: 'unreachable', message: '' });
    expect(session.disconnectedSince).toBe(lostAt);
  });
});
