import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../src/controller/worker-pool/decide';
import type { PoolSnapshot } from '../../../src/controller/worker-pool/snapshot';
import {
  asStored,
  failed,
  failure,
  KEY,
  NOW,
  registration,
  session,
  snapshot,
  template,
  ULID,
  worker,
  workers,
} from './fixtures';

const actionsOf = (facts: Partial<PoolSnapshot>) => decide(snapshot(facts)).actions.map(({ type }) => type);
const conditionOf = (facts: Partial<PoolSnapshot>, type: string) =>
  decide(snapshot(facts)).status.conditions.find((condition) => condition.type === type);
const invalid = { state: 'invalid', problem: { reason: 'TokenInvalid', message: 'no token' } } as const;
const WEBHOOK = { reason: 'WebhookUnavailable', message: 'The webhook is down.' };
const decided = () => decide(snapshot()).status.conditions.map(asStored);
const unsynced = session({ synced: false });

describe('what a pool does next', () => {
  const cases: [string, Partial<PoolSnapshot>, string[]][] = [
    ['a settled pool does nothing', {}, []],
    ['a new pool reads its credentials first', { hasFinalizer: false, credentialsDueAt: 0 }, ['readCredentials']],
    ['credentials are read again when it is time', { credentialsDueAt: NOW }, ['readCredentials']],
    ['a new pool gets its finalizer before a session', { hasFinalizer: false, session: undefined }, ['setMetadata']],
    [
      'a new pool without a size gets both',
      { hasFinalizer: false, specSize: undefined },
      ['setMetadata', 'setPoolSize'],
    ],
    ['a pool without its label gets it', { ulidLabel: undefined }, ['setMetadata']],
    ['a pool of another token gets its label', { ulidLabel: '01J0000000000000000000TH3R' }, ['setMetadata']],
    ['a pool without a size gets the one it has', { specSize: undefined }, ['setPoolSize']],
    ['a session is opened', { session: undefined }, ['openSession']],
    ['other credentials open another session', { session: session({ key: 'old' }) }, ['openSession']],
    ['unusable credentials open none', { credentials: invalid, session: undefined }, []],
    ['absent credentials open none', { credentials: { state: 'absent' }, session: undefined }, []],
    [
      'a connection in the making is waited for',
      { session: session({ status: { state: 'connecting' } }), workers: [] },
      [],
    ],
    ['a broken connection is waited for', { session: failed('unreachable'), workers: [] }, []],
    ['a new connection is synced before anything is scaled', { session: unsynced, workers: [] }, ['sync']],
    ['the truth is exchanged again when it is time', { session: session({ nextSyncAt: NOW }) }, ['sync']],
    ['missing Workers are made', { workers: workers(1) }, ['createWorkers']],
    ['excess Workers are asked for', { workers: workers(5) }, ['retireWorkers']],
    ['unknown Workers are registered', { workers: workers(3, { registered: false }) }, ['registerWorkers']],
    [
      'retired Workers are replaced and removed',
      { workers: [...workers(2), worker(3, { retired: true })] },
      ['deleteWorkers', 'createWorkers'],
    ],
    [
      'a session stays in use while credentials are being changed',
      { credentials: invalid, workers: workers(1) },
      ['createWorkers'],
    ],
    [
      'refused Workers are waited for',
      { workers: workers(1), creationRefusal: { problem: WEBHOOK, retryAt: NOW + 1 } },
      [],
    ],
    [
      'the Workers of another pool go, and are replaced',
      { workers: [...workers(2), worker(3, { ofOtherPool: true, registered: false })] },
      ['deleteWorkers', 'createWorkers'],
    ],
    [
      'a Worker of another pool that still has a Pod is replaced and left alone',
      { workers: [...workers(2), worker(3, { ofOtherPool: true, busy: true, livePod: true })] },
      ['createWorkers'],
    ],
    [
      'the pool of another token is left before the new one is joined',
      { session: session({ key: 'old', ulid: '01J0000000000000000000TH3R' }) },
      ['leavePool'],
    ],
    [
      'the pool of another token that cannot be reached is not waited for',
      { session: { ...failed('unreachable'), key: 'old', ulid: '01J0000000000000000000TH3R' } },
      ['openSession'],
    ],
  ];
  it.each(cases)('%s', (_, facts, actions) => {
    expect(actionsOf(facts)).toEqual(actions);
  });

  it.each([
    ['in parts, so that a change of mind comes through', {}, 500],
    ['one at first, after they were refused', { creationRefusal: { problem: WEBHOOK, retryAt: NOW } }, 1],
  ])('makes many Workers %s', (_, facts, count) => {
    const { actions } = decide(snapshot({ specSize: 10_000, workers: [], ...facts }));
    expect(actions).toEqual([{ type: 'createWorkers', count, ulid: ULID }]);
  });
});

describe('the condition Registered', () => {
  const cases: [string, Partial<PoolSnapshot>, string, string, RegExp][] = [
    ['a registered pool', {}, 'True', 'Registered', /https:\/\/control-plane:1983 knows the pool as 01J/],
    [
      'a pool that begins to register itself',
      { credentials: { state: 'absent' }, registration: registration() },
      'Unknown',
      'Connecting',
      /^Registering the pool\.$/,
    ],
    [
      'one that cannot',
      { credentials: { state: 'absent' }, registration: registration({ failure: failure() }) },
      'False',
      'APIKeyRejected',
      /^Unable to register worker pool: no such key$/,
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
    const conditions = decided();
    const facts = { session: session({ status: { state: 'connecting' } }), status: { conditions } };
    expect(conditionOf(facts, 'Registered')?.status).toBe('True');
  });
});

describe('a registered pool whose connection is lost', () => {
  const conditions = decided();
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
  const problem = { reason: 'PodInvalid', message: 'no such thing' };
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
      { template: template({ state: 'refused', problem }) },
      'False',
      'PodInvalid',
      'no such thing',
    ],
    [
      'new Workers are refused',
      { workers: workers(1), creationRefusal: { problem: WEBHOOK, retryAt: NOW + 1 } },
      'False',
      'WebhookUnavailable',
      '1 of 3 Workers ready. The webhook is down.',
    ],
    ['an action failed', { problem: WEBHOOK }, 'False', 'WebhookUnavailable', 'The webhook is down.'],
    [
      'all stand, whatever was refused before',
      { creationRefusal: { problem: WEBHOOK, retryAt: NOW + 1 } },
      'True',
      'Ready',
      '3 Workers ready.',
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

  it('writes an event when new Workers are refused, not with every Worker more', () => {
    const facts = { workers: workers(1), creationRefusal: { problem: WEBHOOK, retryAt: NOW + 1 } };
    const first = decide(snapshot({ ...facts, status: { conditions: decided() } }));
    expect(first.events).toEqual([{ type: 'Warning', ...WEBHOOK }]);
    const status = { conditions: first.status.conditions.map(asStored) };
    expect(decide(snapshot({ ...facts, workers: workers(2), status })).events).toEqual([]);
  });

  it('says that the Secrets cannot be read again, while what was read stays in use', () => {
    const trouble = { reason: 'SecretUnreadable', message: 'But they cannot be read.' };
    const credentials = { state: 'valid', ulid: ULID, sessionKey: KEY, trouble } as const;
    const { status, events, actions } = decide(snapshot({ credentials, status: { conditions: decided() } }));
    expect(status.conditions[0]).toMatchObject({
      status: 'True',
      message: expect.stringMatching(/knows the pool as 01J\w+\. But they cannot be read\.$/),
    });
    expect(events).toEqual([{ type: 'Warning', ...trouble }]);
    expect(actions).toEqual([]);
  });

  it('tells when a pool is registered again', () => {
    const status = { conditions: decide(snapshot({ credentials: invalid })).status.conditions.map(asStored) };
    expect(decide(snapshot({ status })).events).toMatchObject([{ type: 'Normal', reason: 'Registered' }]);
  });

  const retiring = worker(4, { retiring: true, busy: true, askedAt: NOW - 60_000 });
  it.each<[string, Partial<PoolSnapshot>, number | undefined]>([
    ['when the credentials are due', { credentialsDueAt: NOW + 5_000 }, 5_000],
    ['when the next exchange is due', { session: session({ nextSyncAt: NOW + 12_345 }) }, 12_345],
    ['when refused Workers are to be tried again', { creationRefusal: { problem: WEBHOOK, retryAt: NOW + 777 } }, 777],
    ['no sooner than in a quarter of a second', { creationRefusal: { problem: WEBHOOK, retryAt: NOW + 1 } }, 250],
    ['not for a Worker that it cannot ask for', { session: failed('unreachable'), workers: [retiring] }, undefined],
    ['not for a Worker that somebody deleted', { workers: [{ ...retiring, deleting: true }] }, 40_000],
  ])('looks again %s', (_, facts, ms) => {
    expect(decide(snapshot(facts)).requeueAfterMs).toBe(ms);
  });
});
