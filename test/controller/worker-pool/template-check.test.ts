import { describe, expect, it } from '@jest/globals';
import { KubeError } from '../../../src/controller/runtime';
import { verdictOf } from '../../../src/controller/worker-pool/template-check';

const PREFIX = 'The API server refuses run Pods of this pool: ';

describe('what a refused run Pod says of the template', () => {
  const cases: [string, number, string, string, string, string, boolean][] = [
    [
      'an invalid field',
      422,
      'Invalid',
      'Pod "x-1" is invalid: spec.dnsPolicy: Unsupported value: "Y"',
      'PodInvalid',
      'spec.dnsPolicy: Unsupported value: "Y"',
      false,
    ],
    [
      'a malformed quantity',
      400,
      'BadRequest',
      'Pod in version "v1" cannot be handled: quantities must match',
      'PodInvalid',
      'Pod in version "v1" cannot be handled: quantities must match',
      false,
    ],
    [
      'an exhausted quota',
      403,
      'Forbidden',
      'pods "x-1" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1',
      'QuotaExceeded',
      'exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1',
      true,
    ],
    [
      'a missing service account',
      403,
      'Forbidden',
      'pods "x-1" is forbidden: error looking up service account ns/runner: serviceaccount "runner" not found',
      'PodRefused',
      'error looking up service account ns/runner: serviceaccount "runner" not found',
      true,
    ],
  ];
  it.each(cases)('%s', (_, status, apiReason, apiMessage, reason, message, mayPassLater) => {
    const error = new KubeError({ status, reason: apiReason, message: apiMessage });
    expect(verdictOf(error)).toEqual({ valid: false, problem: { reason, message: PREFIX + message }, mayPassLater });
  });

  it.each([
    ['a server that does not answer', new KubeError({ status: 0, reason: 'ConnectionFailed', message: 'away' })],
    ['a server in trouble', new KubeError({ status: 503, reason: 'ServiceUnavailable', message: 'later' })],
    ['an error of our own', new Error('a bug')],
  ])('%s says nothing', (_, error) => {
    expect(verdictOf(error)).toBeUndefined();
  });
});
