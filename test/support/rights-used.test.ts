import { describe, expect, test } from '@jest/globals';
import { rightsOf, type AuditEvent } from './audit-log';
import { ASKED_ABOUT, ofControllers, rightsAmiss, SHOWN_ELSEWHERE } from './rights-used';

const request = (verb: string, resource: string, more: Partial<AuditEvent> = {}): AuditEvent => ({
  verb,
  user: { username: 'system:serviceaccount:ops:controller-manager' },
  userAgent: 'worker-pools-controller/1.2.3',
  requestURI: '/x',
  objectRef: { resource },
  ...more,
});

const FORBIDDEN = { responseStatus: { code: 403 }, annotations: { 'authorization.k8s.io/decision': 'forbid' } };
const OVER_QUOTA = { responseStatus: { code: 403 }, annotations: { 'authorization.k8s.io/decision': 'allow' } };
const GRANTED = [...Object.keys({ ...ASKED_ABOUT, ...SHOWN_ELSEWHERE }), 'get /pods', 'list /pods'];
const USED = [request('get', 'pods'), request('list', 'pods')];

describe('rights beside requests', () => {
  test.each<[string, string[], AuditEvent[], string[]]>([
    ['are right where all is used and nothing refused', GRANTED, USED, []],
    [
      'show what is granted and not used',
      [...GRANTED, 'watch /secrets'],
      USED,
      ['the roles grant "watch /secrets", which no test saw the controller use'],
    ],
    [
      'show what was refused for want of a right, once',
      GRANTED,
      [...USED, request('list', 'secrets', FORBIDDEN), request('list', 'secrets', FORBIDDEN)],
      ['the controller was refused "list /secrets", which no role of the chart grants'],
    ],
    ['leave alone what admission refused', GRANTED, [...USED, request('get', 'pods', OVER_QUOTA)], []],
    [
      'show an exception that is none any more',
      GRANTED,
      [
        ...USED,
        request('update', '', {
          objectRef: { apiGroup: 'workers.spacelift.io', resource: 'workers', subresource: 'finalizers' },
        }),
      ],
      ['"update workers.spacelift.io/workers/finalizers" is no exception any more: take it from ASKED_ABOUT'],
    ],
    [
      'show an exception for a right that is granted no more',
      GRANTED.filter((right) => right !== 'patch /events'),
      USED,
      ['"patch /events" is granted no more: take it from SHOWN_ELSEWHERE'],
    ],
    ['leave alone what is shown elsewhere and seen here', GRANTED, [...USED, request('patch', 'events')], []],
  ])('%s', (_, granted, requests, expected) => {
    expect(rightsAmiss(granted, requests, true)).toEqual(expected);
  });

  test('say nothing of unused ones after a part of the tests', () => {
    expect(rightsAmiss([...GRANTED, 'watch /secrets'], [], false)).toEqual([]);
  });

  test('are those of controllers under a ServiceAccount, not of administrators and other programs', () => {
    const others = [
      request('get', 'pods', { user: { username: 'admin' } }),
      request('get', 'pods', { userAgent: 'kubectl/v1' }),
    ];
    expect(ofControllers([...others, ...USED])).toEqual(USED);
  });
});

test('rules are flattened to one right each', () => {
  const rules = [
    { apiGroups: ['', 'a'], resources: ['pods'], verbs: ['list', 'get'] },
    { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
    { nonResourceURLs: ['/metrics'], verbs: ['get'] },
  ];
  expect(rightsOf(rules)).toEqual(['get /metrics', 'get /pods', 'get a/pods', 'list /pods', 'list a/pods']);
});
