import { describe, expect, it } from '@jest/globals';
import type { CredentialsResult, PoolCredentials } from '../../../src/controller/worker-pool/credentials';
import type { CredentialsMemory } from '../../../src/controller/worker-pool/memory';
import { rememberCredentials } from '../../../src/controller/worker-pool/refresh-credentials';

const NOW = 1_000_000;
const VALID: CredentialsResult = { state: 'valid', credentials: { fingerprint: 'a' } as PoolCredentials };
const UNREADABLE: CredentialsResult = { state: 'unreadable', problem: { reason: 'SecretUnreadable', message: 'no.' } };
const INVALID: CredentialsResult = { state: 'invalid', problem: { reason: 'TokenInvalid', message: 'bad.' } };

const after = (before: CredentialsMemory | undefined, result: CredentialsResult, failing = false, reference = 'r') =>
  rememberCredentials(before, reference, result, failing, NOW, () => 1);
const allOf = (...results: CredentialsResult[]) =>
  results.reduce<CredentialsMemory | undefined>((before, result) => after(before, result), undefined);

describe('credentials that were read', () => {
  it.each<[string, CredentialsMemory | undefined, CredentialsResult, boolean]>([
    ['stay in use while the Secrets cannot be read', allOf(VALID, UNREADABLE, UNREADABLE), VALID, true],
    ['are trusted again once they can', allOf(VALID, UNREADABLE, VALID), VALID, false],
    ['are none as long as they never could', allOf(UNREADABLE), UNREADABLE, false],
    ['are none of other Secrets', after(allOf(VALID), UNREADABLE, false, 'other'), UNREADABLE, false],
    ['end when the Secrets hold something else', allOf(VALID, INVALID), INVALID, false],
  ])('%s', (_, memory, result, isTroubled) => {
    expect(memory?.result).toBe(result);
    expect(memory?.trouble !== undefined).toBe(isTroubled);
  });

  it.each<[string, CredentialsMemory | undefined, number]>([
    ['good ones every three minutes', allOf(VALID), 180_000],
    ['unusable ones soon', allOf(INVALID), 1_000],
    ['unusable ones ever more rarely', allOf(INVALID, INVALID, INVALID), 4_000],
    ['unreadable ones soon, too', allOf(VALID, UNREADABLE), 1_000],
    ['those that do not connect soon', after(allOf(VALID), VALID, true), 1_000],
  ])('are read again: %s', (_, memory, ms) => {
    expect((memory?.nextReadAt ?? 0) - NOW).toBe(ms);
  });

  it('are read again by many pools at different times', () => {
    const times = [0, 0.5, 0.99].map((random) =>
      rememberCredentials(undefined, 'r', INVALID, false, NOW, () => random),
    );
    expect(new Set(times.map(({ nextReadAt }) => nextReadAt)).size).toBe(3);
  });
});
