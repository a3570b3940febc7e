import { describe, expect, test } from '@jest/globals';
import { createHash, getFips } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { FipsError, requireFips } from '../../src/network/fips';

describe('FIPS 140', () => {
  test.each(['fips140=only', 'fips140=on', 'x=1, fips140=only '])(
    'that GODEBUG asks for by "%s" is refused where no provider is active',
    (GODEBUG) => {
      expect(() => requireFips({ GODEBUG })).toThrow(FipsError);
      expect(() => requireFips({ GODEBUG })).toThrow(
        /^GODEBUG asks for FIPS 140 \(fips140=on(ly)?\), but the OpenSSL of this Node\.js \([\d.]+\) has no FIPS provider/,
      );
      // Nothing else of the process is left without algorithms.
      expect(getFips()).toBe(0);
      expect(createHash('md5').digest('hex')).toHaveLength(32);
    },
  );

  test.each([undefined, '', 'fips140=off', 'http2client=0', 'notfips140=only'])('is not asked for by %j', (GODEBUG) => {
    expect(() => requireFips({ GODEBUG })).not.toThrow();
  });
});

/** What a FIPS provider of OpenSSL 3 has. */
const APPROVED: Readonly<Record<string, readonly string[]>> = {
  createHash: ['sha256'],
  // Of webhooks, where `algorithm` is sha1 or sha256: as an HMAC both are approved.
  createHmac: ['algorithm', 'sha256'],
  hkdfSync: ['sha256'],
  createCipheriv: ['aes-256-gcm'],
  createDecipheriv: ['aes-256-gcm'],
};
const NEVER = /\b(scrypt|scryptSync|argon2|argon2Sync|chacha20-poly1305|createDiffieHellman)\b/;

test('no program uses an algorithm that a FIPS provider lacks', () => {
  const used = globSync('src/**/*.ts', { exclude: (file) => /local-cluster|cli\/dev|generated/.test(file) }).flatMap(
    (file) => {
      const source = readFileSync(file, 'utf8');
      const constants = Object.fromEntries(
        [...source.matchAll(/const ([A-Z_]+) = '([^']+)'/g)].map(([, name = '', value = '']): [string, string] => [
          name,
          value,
        ]),
      );
      const calls = [
        ...source.matchAll(
          /\b(createHash|createHmac|hkdfSync|createCipheriv|createDecipheriv)\(\s*(?:'([^']+)'|(\w+))/g,
        ),
      ];
      const never = NEVER.test(source) ? [`${file}: ${NEVER.exec(source)![0]}`] : [];
      return [
        ...never,
        ...calls.map(([, call = '', text, name = '']) => `${file}: ${call} ${text ?? constants[name] ?? name}`),
      ];
    },
  );
  expect(used.length).toBeGreaterThan(20);
  const refused = used.filter((use) => {
    const [, call = '', algorithm = ''] = /: (\w+) ?(.*)$/.exec(use) ?? [];
    return !APPROVED[call]?.includes(algorithm);
  });
  expect(refused).toEqual([]);
});
