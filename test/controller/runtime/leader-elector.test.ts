import { afterEach, describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { RUNTIME_METRICS } from '../../../src/api';
import type { KubeClient, KubeObject, LeaderElectorOptions } from '../../../src/controller/runtime';
import { KubeError, LeaderElector, silentLogger } from '../../../src/controller/runtime';
import { FakeClock } from '../../support/fake-clock';

interface Lease extends KubeObject {
  spec: { holderIdentity: string; renewTime: string; leaseDurationSeconds: number; leaseTransitions: number };
}

/** One Lease with optimistic locking, as the API server keeps it. */
class LeaseStore {
  lease: Lease | undefined;
  /** Every request fails. */
  down = false;
  /** No request is ever answered, nor ended by its signal. */
  swallows = false;
  writes = 0;

  client(): KubeClient {
    const own = {
      separate: () => own,
      close: () => Promise.resolve(),
      get: () => this.answer(() => structuredClone(this.lease)),
      create: (_resource: unknown, _namespace: unknown, body: Lease) =>
        this.answer(() => (this.lease ? this.refuse(409, 'AlreadyExists') : this.write(body))),
      update: (_resource: unknown, _namespace: unknown, body: Lease) =>
        this.answer(() =>
          body.metadata.resourceVersion === this.lease?.metadata.resourceVersion
            ? this.write(body)
            : this.refuse(409, 'Conflict'),
        ),
    };
    return own as unknown as KubeClient;
  }

  write(body: Lease): Lease {
    const metadata = { ...body.metadata, uid: 'one', resourceVersion: String(++this.writes) };
    this.lease = structuredClone({ ...body, metadata });
    return structuredClone(this.lease);
  }

  private refuse(status: number, reason: string): never {
    throw new KubeError({ status, reason, message: reason });
  }

  private answer<T>(work: () => T): Promise<T> {
    if (this.swallows) return new Promise(() => undefined);
    return Promise.resolve().then(() => (this.down ? this.refuse(0, 'ConnectionFailed') : work()));
  }
}

const electors: { elector: LeaderElector; clock: FakeClock }[] = [];

function elect(store: LeaseStore, identity: string, clock: FakeClock, options: Partial<LeaderElectorOptions> = {}) {
  const happened: string[] = [];
  const elector = new LeaderElector({
    client: store.client(),
    namespace: 'default',
    name: 'controller',
    identity,
    clock,
    random: () => 0,
    leaseDurationMs: 15_000,
    renewDeadlineMs: 10_000,
    retryPeriodMs: 2_000,
    onStartedLeading: () => void happened.push('started'),
    onStoppedLeading: () => void happened.push('stopped'),
    ...options,
  });
  electors.push({ elector, clock });
  elector.start();
  return { elector, happened };
}

afterEach(async () => {
  for (const { elector, clock } of electors.splice(0)) {
    const stopping = elector.stop();
    await clock.advance(60_000);
    await stopping;
  }
});

describe('an elector', () => {
  test('takes a Lease that nobody holds and renews it every two seconds', async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    const { elector, happened } = elect(store, 'me', clock);
    await clock.advance(10_000);
    expect(elector.isLeader).toBe(true);
    expect(happened).toEqual(['started']);
    expect(store.writes).toBe(6);
    expect(store.lease?.spec).toMatchObject({ holderIdentity: 'me', leaseDurationSeconds: 15, leaseTransitions: 0 });
  });

  test('says in its metrics whether it leads, also before it has ever led', async () => {
    const metrics = new Registry();
    const status = async () => (await metrics.getSingleMetric(RUNTIME_METRICS.leading.name)?.get())?.values;
    const clock = new FakeClock();
    elect(new LeaseStore(), 'me', clock, { metrics });
    expect(await status()).toEqual([{ labels: { name: 'controller' }, value: 0 }]);
    await clock.advance(100);
    expect(await status()).toMatchObject([{ value: 1 }]);
  });

  test.each([
    ['an hour ahead', 3_600_000],
    ['an hour behind', -3_600_000],
  ])('waits the whole duration for a holder who died, although that one’s clock was %s', async (_name, skewMs) => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    const renewTime = new Date(clock.now() + skewMs).toISOString();
    const spec = { holderIdentity: 'dead', renewTime, leaseDurationSeconds: 15, leaseTransitions: 3 };
    store.write({ metadata: { name: 'controller' }, spec });
    const { elector } = elect(store, 'me', clock);
    await clock.advance(14_900);
    expect(elector.isLeader).toBe(false);
    await clock.advance(2_100);
    expect(elector.isLeader).toBe(true);
    expect(store.lease?.spec.leaseTransitions).toBe(4);
    expect(elector.term).toBe(4);
  });

  test('stops leading when it could not renew for ten seconds, before anyone else may lead', async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    const { elector, happened } = elect(store, 'me', clock);
    await clock.advance(100);
    store.down = true;
    await clock.advance(9_000);
    expect(happened).toEqual(['started']);
    await clock.advance(2_000);
    expect(happened).toEqual(['started', 'stopped']);
    expect(elector.isLeader).toBe(false);
  });

  test('stops leading at the deadline when every request is swallowed', async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    const { elector, happened } = elect(store, 'me', clock);
    await clock.advance(100);
    store.swallows = true;
    await clock.advance(9_800);
    expect(happened).toEqual(['started']);
    await clock.advance(100);
    expect(elector.isLeader).toBe(false);
    expect(happened).toEqual(['started', 'stopped']);
  });

  test('is no leader any more as soon as it goes on after standing still for as long as the deadline', async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    const { elector } = elect(store, 'me', clock);
    await clock.advance(100);
    await clock.standStill(9_800);
    expect(elector.isLeader).toBe(true);
    await clock.standStill(100);
    expect(elector.isLeader).toBe(false);
  });

  test('leads on after standing still for an hour, when nobody has led meanwhile', async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    const { elector, happened } = elect(store, 'me', clock);
    await clock.advance(100);
    await clock.standStill(3_600_000);
    await clock.advance(0);
    expect(elector.isLeader).toBe(true);
    expect(happened).toEqual(['started']);
  });

  test('stops leading after standing still, when another has taken the Lease', async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    const { elector, happened } = elect(store, 'me', clock);
    await clock.advance(100);
    await clock.standStill(30_000);
    if (store.lease) store.write({ ...store.lease, spec: { ...store.lease.spec, holderIdentity: 'other' } });
    await clock.advance(0);
    expect(elector.isLeader).toBe(false);
    expect(happened).toEqual(['started', 'stopped']);
    expect(store.lease?.spec.holderIdentity).toBe('other');
  });

  test('keeps the Lease while its work ends, however long that takes', async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    let end: () => void = () => undefined;
    const { elector } = elect(store, 'me', clock, {
      onStoppedLeading: () => new Promise((resolve) => (end = resolve)),
    });
    await clock.advance(100);
    const stopping = elector.stop();
    await clock.advance(60_000);
    expect(elector.isLeader).toBe(true);
    end();
    await clock.advance(0);
    await stopping;
    expect(store.lease?.spec.holderIdentity).toBe('');
  });

  test('stops in time although nothing is answered', async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    const { elector } = elect(store, 'me', clock);
    await clock.advance(100);
    store.swallows = true;
    await clock.advance(3_000);
    const stopping = elector.stop();
    await clock.advance(2_000);
    await stopping;
    expect(elector.isLeader).toBe(false);
  });

  test('tells once a minute that it cannot reach the Lease, and that it can again', async () => {
    const told: string[] = [];
    const logger = {
      ...silentLogger,
      warn: ({ err }: { err?: string }) => void told.push(`warn ${err}`),
      info: (_fields: unknown, text: string) => void told.push(text),
    };
    const store = new LeaseStore();
    store.down = true;
    const clock = new FakeClock();
    const { elector } = elect(store, 'me', clock, { logger });
    await clock.advance(14_000);
    expect(elector.problem).toBeUndefined();
    await clock.advance(76_000);
    expect(told).toEqual(['warn ConnectionFailed', 'warn ConnectionFailed']);
    expect(elector.problem).toBe('it could not be read or written for 90 s: ConnectionFailed');
    store.down = false;
    await clock.advance(2_000);
    expect(told.slice(2)).toEqual(['the Lease can be read and written again', 'became the leader']);
    expect(elector.problem).toBeUndefined();
  });

  test('survives a short outage without letting go', async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    const { elector, happened } = elect(store, 'me', clock);
    await clock.advance(100);
    store.down = true;
    await clock.advance(6_000);
    store.down = false;
    await clock.advance(60_000);
    expect(elector.isLeader).toBe(true);
    expect(happened).toEqual(['started']);
  });

  test('renews on after a write whose answer was lost', async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    const { elector, happened } = elect(store, 'me', clock);
    await clock.advance(100);
    if (store.lease) store.write(store.lease);
    await clock.advance(20_000);
    expect(elector.isLeader).toBe(true);
    expect(happened).toEqual(['started']);
  });

  test('gives the Lease back when stopped, after its work has ended', async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    const holders: (string | undefined)[] = [];
    const { elector } = elect(store, 'me', clock, {
      onStoppedLeading: () => void holders.push(store.lease?.spec.holderIdentity),
    });
    await clock.advance(100);
    const stopping = elector.stop();
    await clock.advance(0);
    await stopping;
    expect(holders).toEqual(['me']);
    expect(store.lease?.spec.holderIdentity).toBe('');
  });

  test('does not go on leading when starting to lead fails', async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    const { happened } = elect(store, 'me', clock, {
      onStartedLeading: () => Promise.reject(new Error('cannot start')),
    });
    await clock.advance(0);
    expect(happened).toEqual(['stopped']);
    expect(store.lease?.spec.holderIdentity).toBe('');
  });

  test('refuses a deadline under which two could lead at once', () => {
    const options = { renewDeadlineMs: 15_000, leaseDurationMs: 15_000 };
    expect(() => elect(new LeaseStore(), 'me', new FakeClock(), options)).toThrow('must be less than leaseDurationMs');
  });
});
