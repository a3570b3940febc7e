import { describe, expect, test } from '@jest/globals';
import { expiryWarning, renewalReason, type CertificateFacts } from '../../../src/control-plane/pki/renewal';

const DAY = 24 * 3600 * 1000;
const MADE = Date.UTC(2026, 0, 1);

const certificate = (given: Partial<CertificateFacts> = {}): CertificateFacts => ({
  notBefore: MADE,
  notAfter: MADE + 360 * DAY,
  hasNames: true,
  hasAuthority: true,
  ...given,
});

describe('a server certificate of 360 days', () => {
  test.each<[string, CertificateFacts | undefined, number, number, string | undefined]>([
    ['that is new stays', certificate(), 0, 0, undefined],
    ['stays until two thirds are over', certificate(), 239.9, 0, undefined],
    ['is renewed from then on', certificate(), 240, 0, 'the larger part of its life is over'],
    ['that has ended is renewed', certificate(), 400, 0, 'the larger part of its life is over'],
    [
      'is renewed 30 days earlier by the first of several',
      certificate(),
      210.1,
      0.999,
      'the larger part of its life is over',
    ],
    ['is renewed by none of them before', certificate(), 209.9, 0.999, undefined],
    [
      'that is not valid yet, since the clock was set back, is replaced',
      certificate(),
      -0.1,
      0,
      'it is not valid yet: the clock was set back',
    ],
    ['without a name that it shall have is replaced', certificate({ hasNames: false }), 1, 0, 'it lacks a name'],
    ['of another authority is replaced', certificate({ hasAuthority: false }), 1, 0, 'the authority is another'],
    ['is made where there is none', undefined, 1, 0, 'there is none'],
  ])('%s', (_, facts, day, chance, expected) => {
    expect(renewalReason(facts, MADE + day * DAY, chance)).toBe(expected);
  });
});

describe('the end of a certificate that nobody renews by itself', () => {
  const facts = { what: 'the authority', endsAt: MADE + 400 * DAY, advice: 'replace it' };
  test.each<[number, string | undefined]>([
    [34, undefined],
    [35, 'the authority ends on 2027-02-05, in 365 days: replace it'],
    [399.5, 'the authority ends on 2027-02-05, in 1 days: replace it'],
    [401, 'the authority has ended on 2027-02-05: replace it'],
  ])('is told of on day %d of 400, from a year before: %s', (day, expected) => {
    expect(expiryWarning(facts, MADE + day * DAY, 365 * DAY)).toBe(expected);
  });
});
