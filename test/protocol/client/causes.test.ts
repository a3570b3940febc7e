import { describe, expect, it } from '@jest/globals';
import { causeOfFailure, causeOfRefusal } from '../../../src/protocol/client/causes';

describe('a connection that fails is told', () => {
  it.each<[string, Error, string]>([
    ['of a port where nobody listens', withCode('ECONNREFUSED'), 'nothing listens there'],
    ['of a broker that takes the connection only', new Error('connack timeout'), 'it does not answer in time'],
    ['of a broker that fell silent', new Error('Keepalive timeout'), 'it does not answer in time'],
    [
      'of a cause inside of another',
      new TypeError('fetch failed', { cause: withCode('EAI_AGAIN') }),
      'the DNS does not answer',
    ],
    ['in its own words, where no better are known', new Error('odd'), 'odd'],
  ])('%s', (_, error, why) => {
    expect(causeOfFailure(error, 'mqtts://cp:8883')).toMatchObject({
      kind: 'unreachable',
      message: `the control plane at mqtts://cp:8883 cannot be reached: ${why}`,
    });
  });
});

it.each([
  'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_REVOKED',
  'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED',
  'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
])('a broker that refuses the certificate of the pool (%s) refuses its credentials', (code) => {
  expect(causeOfFailure(withCode(code), 'mqtts://broker:8883')).toMatchObject({
    kind: 'rejected',
    message: expect.stringContaining('mqtts://broker:8883 refuses the certificate of the pool'),
  });
});

describe('a refusal is', () => {
  it.each<[string, object, object]>([
    [
      'repeated after the pause that it names',
      { code: 'too-many-requests', retryAfterSeconds: 7 },
      { retryAfterMs: 7000 },
    ],
    [
      'repeated after five minutes, whatever pause it names',
      { code: 'internal', retryAfterSeconds: 1e12 },
      { retryAfterMs: 300_000 },
    ],
    ['repeated where a body came too slowly', { code: 'timeout' }, { retryAfterMs: 0 }],
    ['repeated where a later version gave it a code of its own', { code: 'on-holiday' }, { retryAfterMs: 0 }],
  ])('%s', (_, refusal, expected) => {
    expect(causeOfRefusal(429, { message: 'not now', ...refusal }, 'https://cp:8443')).toMatchObject({
      kind: 'unreachable',
      message: 'not now',
      retryable: true,
      ...expected,
    });
  });
});

function withCode(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code });
}
