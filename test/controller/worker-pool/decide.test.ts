import { describe, expect, it } from '@jest/globals';
import type { Condition } from '../../../src/api';
import { decide } from '../../../src/controller/worker-pool/decide';
import type { PoolSnapshot } from '../../../src/controller/worker-pool/snapshot';
import { KEY, NOW, session, snapshot, ULID, worker, workers } from './facts';

const actionsOf = (facts: Partial<PoolSnapshot>) => decide(snapshot(facts)).actions.map(({ kind }) => kind);
const conditionOf = (facts: Partial<PoolSnapshot>, type: string) =>
  decide(snapshot(facts)).status.conditions.find((condition) => condition.type === type);
const failed = (cause: 'unreachable' | 'certificate' | 'rejected' | 'protocol', message = 'so it is') =>
  session({ status: { state: 'failed', cause, message }, disconnectedSince: NOW - 1000 });
const invalid = { state: 'invalid', since: NOW, problem: { reason: 'TokenInvalid', message: 'no token' } } as const;
const unsynced = session({ synced: false });

describe('what a pool does next', () => {
  const cases: [string, Partial<PoolSnapshot>, string[]][] = [
    ['a settled pool does nothing', {}, []],
    ['a new pool is marked before anything else', { hasFinalizer: false, session: undefined }, ['mark-pool']],
    ['a pool without its label is marked', { ulidLabel: undefined }, ['mark-pool']],
    ['a pool of another token gets its label', { ulidLabel: '01J0000000000000000000TH3R' }, ['mark-pool']],
    ['a pool without a size gets the one it has', { specSize: undefined }, ['mark-pool']],
    ['a session is opened', { session: undefined }, ['open-session']],
    ['other credentials open another session', { session: session({ key: 'old' }) }, ['open-session']],
    ['unusable credentials open none', { credentials: invalid, session: undefined }, []],
    ['absent credentials open none', { credentials: { state: 'absent', since: 0 }, session: undefined }, []],
    [
      'a connection in the making is waited for',
      { session: session({ status: { state: 'connecting' } }), workers: [] },
      [],
    ],
    ['a broken connection is waited for', { session: failed('unreachable'), workers: [] }, []],
    ['a new connection is synced before anything is scaled', { session: unsynced, workers: [] }, ['sync']],
    ['the truth is exchanged again when it is time', { session: session({ nextSyncAt: NOW }) }, ['sync']],
    ['missing Workers are made', { workers: workers(1) }, ['create-workers']],
    ['excess Workers are asked for', { workers: workers(5) }, ['retire-workers']],
    ['unknown Workers are registered', { workers: workers(3, { registered: false }) }, ['register-workers']],
    [
      'retired Workers are replaced and removed',
      { workers: [...workers(2), worker(3, { retired: true })] },
      ['remove-workers', 'create-workers'],
    ],
    [
      'a session stays in use while credentials are being changed',
      { credentials: invalid, workers: workers(1) },
      ['create-workers'],
    ],
    ['a template is checked', { template: undefined }, ['check-template']],
    ['a changed template is checked again', { generation: 2 }, ['check-template']],
    [
      'an invalid template does not keep the pool from registering',
      { template: undefined, session: undefined },
      ['check-template', 'open-session'],
    ],
  ];
  it.each(cases)('%s', (_, facts, actions) => {
    expect(actionsOf(facts)).toEqual(actions);
  });

  it.each([
    ['refused by quota, is tried again after a minute', true, NOW - 60_000, ['check-template']],
    ['refused by quota, is not tried again at once', true, NOW - 59_000, []],
    ['invalid, waits for the next generation', false, 0, []],
  ])('a template %s', (_, mayPassLater, checkedAt, actions) => {
    const verdict = { valid: false, problem: { reason: 'x', message: 'y' }, mayPassLater } as const;
    expect(actionsOf({ template: { generation: 1, verdict, checkedAt } })).toEqual(actions);
  });
});

describe('a pool that is deleted', () => {
  const deleting = { deleting: true, hasFinalizer: true };
  const busy = worker(1, { busy: true, livePod: true, retiring: true, askedAt: NOW });
  const refusedLong = { ...failed('rejected'), disconnectedSince: NOW - 60_000 };
  const cases: [string, Partial<PoolSnapshot>, string[]][] = [
    ['retires all its Workers', { workers: workers(3) }, ['retire-workers']],
    ['waits for a busy Worker', { workers: [busy] }, []],
    ['removes the retired', { workers: [busy, worker(2, { retired: true })] }, ['remove-workers']],
    ['takes leave when the last is gone', { workers: [] }, ['sync', 'close-session', 'unmark-pool']],
    [
      'goes without a word when the control plane is away and no Worker is left',
      { workers: [], session: failed('unreachable') },
      ['close-session', 'unmark-pool'],
    ],
    [
      'goes when it never had a session or Workers',
      { workers: [], session: undefined, credentials: invalid },
      ['unmark-pool'],
    ],
    [
      'opens a session to retire what is left after a restart',
      { workers: workers(1), session: undefined },
      ['open-session'],
    ],
    ['waits for an unreachable control plane', { workers: workers(1), session: failed('unreachable') }, []],
    ['waits as long as a lease when it is refused', { workers: workers(1), session: failed('rejected') }, []],
    [
      'lets its Workers go when it was refused for longer',
      { workers: workers(1), session: refusedLong },
      ['release-workers'],
    ],
    ['keeps a Worker with a Pod even then', { workers: [worker(1, { livePod: true })], session: refusedLong }, []],
    [
      'lets its Workers go when its Secret has long been gone',
      { workers: workers(1), session: undefined, credentials: { ...invalid, since: NOW - 60_000 } },
      ['release-workers'],
    ],
    ['does nothing more without our finalizer', { hasFinalizer: false, session: undefined }, []],
  ];
  it.each(cases)('%s', (_, facts, actions) => {
    expect(actionsOf({ ...deleting, ...facts })).toEqual(actions);
  });
});

describe('the condition Registered', () => {
  const cases: [string, Partial<PoolSnapshot>, string, string, RegExp][] = [
    ['a registered pool', {}, 'True', 'Registered', /https:\/\/control-plane:1983 knows the pool as 01J/],
    [
      'absent credentials',
      { credentials: { state: 'absent', since: 0 } },
      'False',
      'CredentialsMissing',
      /^Unable to register worker pool: spec\.token and spec\.privateKey are not set/,
    ],
    [
      'unusable credentials',
      { credentials: invalid },
      'False',
      'TokenInvalid',
      /^Unable to register worker pool: no token$/,
    ],
    [
      'an unreachable control plane',
      { session: failed('unreachable') },
      'False',
      'ControlPlaneUnreachable',
      /so it is$/,
    ],
    ['a wrong certificate', { session: failed('certificate') }, 'False', 'ControlPlaneCertificateInvalid', /so it is$/],
    ['refused credentials', { session: failed('rejected') }, 'False', 'CredentialsRejected', /so it is$/],
    ['another protocol', { session: failed('protocol') }, 'False', 'ProtocolError', /so it is$/],
    [
      'a first connection',
      { session: session({ status: { state: 'connecting' } }) },
      'Unknown',
      'Connecting',
      /^Connecting/,
    ],
  ];
  it.each(cases)('tells of %s', (_, facts, status, reason, message) => {
    expect(conditionOf(facts, 'Registered')).toMatchObject({ status, reason, message: expect.stringMatching(message) });
  });

  it('stays as it was while a lost connection is made again', () => {
    const conditions = decide(snapshot()).status.conditions.map(asStored);
    const facts = { session: session({ status: { state: 'connecting' } }), status: { conditions } };
    expect(conditionOf(facts, 'Registered')?.status).toBe('True');
  });
});

describe('a registered pool whose connection is lost', () => {
  const conditions = decide(snapshot()).status.conditions.map(asStored);
  const lost = (cause: 'unreachable' | 'rejected', failures: number, reconnectAttempts = 5) => ({
    reconnectAttempts,
    session: { ...failed(cause), failures },
    status: { conditions },
  });
  it.each([
    ['stays registered when it is lost', lost('unreachable', 1), 'True'],
    ['stays registered while it may be made again', lost('unreachable', 5), 'True'],
    ['says so after that many attempts', lost('unreachable', 6), 'False'],
    ['says so at once with no attempts to wait for', lost('unreachable', 1, 0), 'False'],
    ['says at once what a person must mend', lost('rejected', 1), 'False'],
  ])('%s', (_, facts, status) => {
    expect(conditionOf(facts, 'Registered')?.status).toBe(status);
    expect(decide(snapshot(facts)).events).toHaveLength(status === 'True' ? 0 : 1);
  });

  it('goes on looking after its Workers when it stands again', () => {
    const told = decide(snapshot(lost('unreachable', 6))).status.conditions.map(asStored);
    expect(conditionOf({ status: { conditions: told } }, 'Registered')?.status).toBe('True');
  });
});

describe('the condition Ready', () => {
  const refused = {
    valid: false,
    problem: { reason: 'PodInvalid', message: 'no such thing' },
    mayPassLater: false,
  } as const;
  const cases: [string, Partial<PoolSnapshot>, string, string, string][] = [
    ['all stand', {}, 'True', 'Ready', '3 Workers ready.'],
    ['some are missing', { workers: workers(1) }, 'False', 'Scaling', '1 of 3 Workers ready.'],
    [
      'some are not registered',
      { workers: workers(3, { registered: false }) },
      'False',
      'Scaling',
      '0 of 3 Workers ready.',
    ],
    ['some are too many', { workers: workers(4) }, 'False', 'Scaling', '4 of 3 Workers ready.'],
    [
      'one finishes its run',
      { workers: [...workers(3), worker(4, { retiring: true, busy: true })] },
      'False',
      'Draining',
      '1 Worker more than wanted will go, 1 of them once its run is over.',
    ],
    [
      'the template is refused',
      { template: { generation: 1, checkedAt: 0, verdict: refused } },
      'False',
      'PodInvalid',
      'no such thing',
    ],
    [
      'it is being deleted',
      { deleting: true, workers: workers(2) },
      'False',
      'Draining',
      'The pool is being deleted; 2 Workers left.',
    ],
  ];
  it.each(cases)('when %s', (_, facts, status, reason, message) => {
    expect(conditionOf(facts, 'Ready')).toEqual({ type: 'Ready', status, reason, message });
  });
});

describe('status and events', () => {
  it('counts every Worker and tells the selector that matches no Pod', () => {
    expect(decide(snapshot({ workers: workers(2) })).status).toMatchObject({
      actualPoolSize: 2,
      desiredPoolSize: 3,
      selector: `workers.spacelift.io/not-used=${ULID}`,
    });
  });

  it.each([
    ['never registered', { credentials: invalid, session: undefined }],
    ['connected but not yet synced', { session: unsynced }],
  ])('leaves the actual size out of a pool that is %s', (_, facts) => {
    expect(decide(snapshot({ ...facts, status: { conditions: [] } })).status).not.toHaveProperty('actualPoolSize');
  });

  it('writes the documented event once for each problem', () => {
    const first = decide(snapshot({ credentials: invalid }));
    expect(first.events).toEqual([
      { type: 'Warning', reason: 'WorkerPoolCannotRegister', message: 'Unable to register worker pool: no token' },
    ]);
    const status = { conditions: first.status.conditions.map(asStored) };
    expect(decide(snapshot({ credentials: invalid, status })).events).toEqual([]);
    const other = { ...invalid, problem: { reason: 'TokenInvalid', message: 'something else' } };
    expect(decide(snapshot({ credentials: other, status })).events).toHaveLength(1);
  });

  it('tells when a pool is registered again', () => {
    const status = { conditions: decide(snapshot({ credentials: invalid })).status.conditions.map(asStored) };
    expect(decide(snapshot({ status })).events).toMatchObject([{ type: 'Normal', reason: 'Registered' }]);
  });

  it('looks again when the next exchange is due', () => {
    expect(decide(snapshot({ session: session({ key: KEY, nextSyncAt: NOW + 12_345 }) })).requeueAfterMs).toBe(12_345);
  });
});

function asStored(condition: Omit<Condition, 'lastTransitionTime'>): Condition {
  return { ...condition, lastTransitionTime: '2026-01-01T00:00:00Z' };
}
