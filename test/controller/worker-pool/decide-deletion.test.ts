import { describe, expect, it } from '@jest/globals';
import { PATIENCE_MS } from '../../../src/controller/pool-registry';
import { decide } from '../../../src/controller/worker-pool/decide';
import type { PoolSnapshot } from '../../../src/controller/worker-pool/snapshot';
import { failed, NOW, session, snapshot, template, worker, workers } from './fixtures';

const actionsOf = (facts: Partial<PoolSnapshot>) => decide(snapshot(facts)).actions.map(({ type }) => type);
const invalid = { state: 'invalid', problem: { reason: 'TokenInvalid', message: 'no token' } } as const;

describe('a pool that is deleted', () => {
  const deleting = { deleting: true, hasFinalizer: true };
  const busy = worker(1, { busy: true, livePod: true, retiring: true, askedAt: NOW });
  const long = { disconnectedSince: NOW - PATIENCE_MS };
  const unsynced = session({ synced: false });
  const cases: [string, Partial<PoolSnapshot>, string[]][] = [
    ['retires all its Workers', { workers: workers(3) }, ['retireWorkers']],
    ['waits for a busy Worker', { workers: [busy] }, []],
    ['removes the retired', { workers: [busy, worker(2, { retired: true })] }, ['deleteWorkers']],
    ['takes leave when the last is gone', { workers: [] }, ['sync', 'closeSession', 'removeFinalizer']],
    [
      'goes without a word when the control plane is away and no Worker is left',
      { workers: [], session: failed('unreachable') },
      ['closeSession', 'removeFinalizer'],
    ],
    [
      'goes when it never had a session or Workers',
      { workers: [], session: undefined, credentials: invalid },
      ['removeFinalizer'],
    ],
    [
      'opens a session to retire what is left after a restart',
      { workers: workers(1), session: undefined },
      ['openSession'],
    ],
    ...(['unreachable', 'certificate', 'rejected', 'protocol'] as const).flatMap((cause): typeof cases => [
      [
        `is patient with a control plane that cannot be used: ${cause}`,
        { workers: workers(1), session: failed(cause), disconnectedSince: NOW - PATIENCE_MS + 1 },
        [],
      ],
      [
        `lets its free Workers go after two minutes of it: ${cause}`,
        { workers: [busy, worker(2), worker(3, { deleting: true })], session: failed(cause), ...long },
        ['deleteWorkers'],
      ],
    ]),
    [
      'lets its free Workers go although the connection stands, when no sync has been taken for two minutes',
      { workers: [busy, worker(2)], session: unsynced, ...long },
      ['deleteWorkers', 'sync'],
    ],
    [
      'goes without a sync that nobody takes',
      { workers: [], session: unsynced, ...long },
      ['closeSession', 'removeFinalizer'],
    ],
    ['keeps a Worker with a Pod even then', { workers: [busy], session: failed('rejected'), ...long }, []],
    [
      'lets its Workers go when its Secret has long been gone',
      { workers: workers(1), session: undefined, credentials: invalid, ...long },
      ['deleteWorkers'],
    ],
    [
      'takes new credentials up before it gives up',
      { workers: workers(1), session: { ...failed('rejected'), key: 'old' }, ...long },
      ['openSession'],
    ],
    ['does nothing more without our finalizer', { hasFinalizer: false, session: undefined }, []],
  ];
  it.each(cases)('%s', (_, facts, actions) => {
    expect(actionsOf({ ...deleting, ...facts })).toEqual(actions);
  });

  it.each<[string, Partial<PoolSnapshot>, RegExp]>([
    ['how many are left', {}, /^The pool is being deleted; 3 Workers left\.$/],
    [
      'what it waits for and until when',
      { session: failed('unreachable', 'https://cp:1983 cannot be reached'), disconnectedSince: NOW },
      /^The pool is being deleted; 3 Workers left: https:\/\/cp:1983 cannot be reached\. .* go at 1970-01-01T00:18:40Z, others when their runs are over\.$/,
    ],
    [
      'what is wrong with its Secret',
      { session: undefined, credentials: invalid, disconnectedSince: NOW },
      /no token\. .* go at 1970-01-01T00:18:40Z/,
    ],
  ])('says %s', (_, facts, message) => {
    const { status, requeueAfterMs } = decide(snapshot({ ...deleting, ...facts }));
    expect(status.conditions.find(({ type }) => type === 'Ready')).toMatchObject({
      status: 'False',
      reason: 'Draining',
      message: expect.stringMatching(message),
    });
    expect(requeueAfterMs).toBe(facts.disconnectedSince === undefined ? 40_000 : PATIENCE_MS);
  });

  it('does not ask whether its Pods would be taken', () => {
    expect(actionsOf({ ...deleting, workers: [busy], template: template(undefined, { check: undefined }) })).toEqual(
      [],
    );
  });
});
