import { describe, expect, it } from '@jest/globals';
import { PATIENCE_MS } from '../../../../src/controller/pool-registry';
import { decide } from '../../../../src/controller/worker-pool/decide';
import type { PoolSnapshot } from '../../../../src/controller/worker-pool/snapshot';
import { failed, failure, NOW, registration, session, snapshot, template, workers } from '../fixtures';

const decided = (facts: Partial<PoolSnapshot>) => decide(snapshot({ registration: registration(), ...facts }));
const actionsOf = (facts: Partial<PoolSnapshot>) => decided(facts).actions.map(({ type }) => type);
const conditionOf = (facts: Partial<PoolSnapshot>, type: string) =>
  decided(facts).status.conditions.find((condition) => condition.type === type);

const unregistered: Partial<PoolSnapshot> = { credentials: { state: 'absent' }, session: undefined, workers: [] };
const lost = failure({ problem: { reason: 'PoolLost', message: 'it was deleted' } });
const away = failure({ problem: { reason: 'ControlPlaneUnreachable', message: 'away' }, isVerdict: false });
const refused = failure({ problem: { reason: 'RegistrationRefused', message: 'it has runs' } });

describe('a pool that registers itself', () => {
  it.each<[string, Partial<PoolSnapshot>, string[]]>([
    [
      'has its finalizer before a pool is made',
      { ...unregistered, hasFinalizer: false },
      ['setMetadata', 'registerPool'],
    ],
    ['is registered', unregistered, ['registerPool']],
    ['waits while that is under way', { ...unregistered, registration: registration({ asking: true }) }, []],
    ['waits after it failed', { ...unregistered, registration: registration({ failure: failure() }) }, []],
    [
      'is tried again then',
      { ...unregistered, registration: registration({ failure: failure({ retryAt: NOW }) }) },
      ['registerPool'],
    ],
    ['gets another token although its session still stands', { credentials: { state: 'absent' } }, ['registerPool']],
    ['is left alone while nothing differs', {}, []],
    ['is told of other settings', { registration: registration({ settled: 'others' }) }, ['settlePool']],
    ['is looked at after a long time', { registration: registration({ lookAt: NOW }) }, ['settlePool']],
    [
      'is looked at soon when its token is refused',
      { session: failed('rejected'), registration: registration({ lookedAt: NOW - 60_000 }) },
      ['settlePool'],
    ],
    [
      'is not looked at sooner when its control plane is away',
      { session: failed('unreachable'), registration: registration({ lookedAt: NOW - 60_000 }) },
      [],
    ],
    [
      'has its Workers before its settings',
      { workers: [], registration: registration({ settled: 'others' }) },
      ['createWorkers', 'settlePool'],
    ],
  ])('%s', (_, facts, actions) => {
    expect(actionsOf({ template: template(), ...facts })).toEqual(actions);
  });

  it.each<[string, Partial<PoolSnapshot>, boolean]>([
    ['once it has a token', {}, true],
    ['not before', unregistered, false],
    ['while its Secret is lost', { ...unregistered, status: { autoRegistered: true, conditions: [] } }, true],
    ['not with a token of its own', { registration: undefined }, false],
  ])('says so in its status: %s', (_, facts, expected) => {
    expect(decided(facts).status.autoRegistered).toBe(expected);
  });

  it.each<[string, Partial<PoolSnapshot>, string, RegExp]>([
    [
      'a pool that was deleted in the control plane',
      { session: failed('rejected'), registration: registration({ failure: lost }) },
      'PoolLost',
      /it was deleted$/,
    ],
    ['a key that was reset there', { session: failed('rejected') }, 'CredentialsRejected', /so it is$/],
    [
      'settings that cannot be kept equal, beside what works',
      { registration: registration({ failure: failure() }) },
      'Registered',
      /knows the pool as .* Its settings there cannot be kept equal: no such key\.$/,
    ],
  ])('tells of %s', (_, facts, reason, message) => {
    expect(conditionOf(facts, 'Registered')).toMatchObject({ reason, message: expect.stringMatching(message) });
  });

  it.each<[string, Partial<PoolSnapshot>, number]>([
    ['when an attempt is due', { ...unregistered, registration: registration({ failure: failure() }) }, 1_000],
    ['with its session otherwise', {}, 40_000],
    ['for its settings in the end', { session: session({ nextSyncAt: NOW + 2_000_000 }) }, 900_000],
  ])('is looked at again %s', (_, facts, ms) => {
    expect(decided(facts).requeueAfterMs).toBe(ms);
  });
});

describe('the deletion of a pool that registered itself', () => {
  const leaving: Partial<PoolSnapshot> = { deleting: true, workers: [], session: undefined };
  const after = (given: ReturnType<typeof failure>, ms: number) =>
    registration({ failure: { ...given, since: NOW - ms, retryAt: NOW } });

  it.each<[string, Partial<PoolSnapshot>, string[]]>([
    ['waits for its Workers', { workers: workers(1), session: session() }, ['retireWorkers']],
    ['follows the end of its session', { session: session() }, ['sync', 'closeSession', 'deletePool']],
    ['is asked for', {}, ['deletePool']],
    ['is under way', { registration: registration({ asking: true }) }, []],
    ['is done', { registration: registration({ removed: true }) }, ['removeFinalizer']],
    ['is tried again', { registration: after(away, PATIENCE_MS - 1) }, ['deletePool']],
    ['is given up when the control plane stays away', { registration: after(away, PATIENCE_MS) }, ['removeFinalizer']],
    ['is given up when no key is taken', { registration: after(failure(), PATIENCE_MS) }, ['removeFinalizer']],
    [
      'is never given up while the control plane says no',
      { registration: after(refused, PATIENCE_MS) },
      ['deletePool'],
    ],
  ])('%s', (_, facts, actions) => {
    expect(actionsOf({ ...leaving, ...facts })).toEqual(actions);
  });

  it.each<[string, ReturnType<typeof failure>, RegExp]>([
    [
      'until when it waits',
      away,
      /away\. It is tried until 1970-01-01T00:18:40Z; then the pool stays there, to be unlocked/,
    ],
    [
      'how to go without it',
      refused,
      /it has runs\. It is tried again; or remove the finalizer workers\.spacelift\.io\/drain/,
    ],
  ])('says %s', (_, given, message) => {
    const facts = { ...leaving, registration: registration({ failure: given }) };
    expect(conditionOf(facts, 'Ready')).toMatchObject({
      reason: 'Draining',
      message: expect.stringMatching(message),
    });
  });
});
