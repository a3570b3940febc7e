import { expect, it } from '@jest/globals';
import { problemOfAction } from '../../../src/controller/worker-pool/apply';
import { ProtocolError } from '../../../src/protocol/session';
import { answer } from '../runtime/answers';

const WEBHOOK = 'Internal error occurred: failed calling webhook "a.b": failed to call webhook: Post "https://x/": EOF';

it.each<[string, Parameters<typeof problemOfAction>[0], Error, string, RegExp]>([
  [
    'a change of the pool that a webhook keeps',
    { type: 'setMetadata', ulid: undefined },
    answer(500, WEBHOOK),
    'WebhookUnavailable',
    /^The API server cannot change the WorkerPool, because an admission webhook does not answer: webhook "a\.b": EOF\./,
  ],
  [
    'a deletion that a policy keeps',
    { type: 'deleteWorkers', workers: [] },
    answer(403, 'admission webhook "a.b" denied the request: no'),
    'WorkerRefused',
    /^The API server does not let Workers be deleted: .* denied the request: no\./,
  ],
  [
    'a refusal of the control plane',
    { type: 'registerWorkers', workers: [] },
    new ProtocolError('protocol', 'worker X belongs to another pool', false),
    'ProtocolError',
    /^worker X belongs to another pool$/,
  ],
])('tells of %s', (_, action, error, reason, message) => {
  expect(problemOfAction(action, error, 'team')).toEqual({ reason, message: expect.stringMatching(message) });
});

it.each<[string, Error]>([
  ['a conflict', answer(409, 'the object has been modified')],
  ['too many requests', answer(429, 'later')],
  ['a connection that is being made again', new ProtocolError('unreachable', 'away', true)],
  ['an error of our own', new TypeError('x')],
])('says nothing of %s, which passes by itself', (_, error) => {
  expect(problemOfAction({ type: 'sync' }, error, 'team')).toBeUndefined();
});
