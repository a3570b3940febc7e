import { X509Certificate } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { KeyFiles } from '../../../src/control-plane/key-files';
import { Authority } from '../../../src/control-plane/pki/authority';
import { readSigningRequest } from '../../../src/control-plane/pki/csr';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { makeKey } from '../support/credentials';

const DAY = 24 * 3600 * 1000;
const NOW = Date.UTC(2026, 6, 1);

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => removeFolder(folder));

const open = (now = NOW): Promise<Authority> => Authority.open(KeyFiles.inDataFolder(folder), () => now);
const facts = (pem: string): X509Certificate => new X509Certificate(pem);

describe('the authority', () => {
  test('is valid although the clock turns out to have been months ahead when it was made', async () => {
    const { validFromDate, validToDate } = facts((await open()).certificatePem);
    expect(validFromDate.getTime()).toBeLessThan(NOW - 300 * DAY);
    expect(validToDate.getTime()).toBeGreaterThan(NOW + 19 * 365 * DAY);
  });

  test('makes certificates of pools that have no end, because nobody renews them', async () => {
    const authority = await open();
    const publicKey = await readSigningRequest((await makeKey()).csr);
    const pool = facts(await authority.signPool('01ARZ3NDEKTSV4RRFFQ69G5FAV', publicKey));
    expect(pool.validToDate.toISOString()).toBe('9999-12-31T23:59:59.000Z');
    expect(pool.validFromDate).toEqual(facts(authority.certificatePem).validFromDate);
    expect(pool.checkIssued(facts(authority.certificatePem))).toBe(true);
  });

  test('knows what it signed from what another of the same name did', async () => {
    const [first, certificate] = await open().then(
      async (it) => [it, (await it.issueServer(['localhost'])).certificate] as const,
    );
    rmSync(join(folder, 'ca.key'));
    rmSync(join(folder, 'ca.crt'));
    const second = await open();
    expect([first, second].map((each) => each.signed(facts(certificate)))).toEqual([true, false]);
  });

  test.each([
    ['another key', (other: Authority) => other.certificatePem],
    ['no certificate', () => 'nothing'],
  ])('is refused when ca.crt is of %s', async (_, content) => {
    await open();
    const elsewhere = temporaryFolder();
    const other = await Authority.open(KeyFiles.inDataFolder(elsewhere), () => NOW);
    removeFolder(elsewhere);
    writeFileSync(join(folder, 'ca.crt'), content(other));
    await expect(open()).rejects.toThrow('is not the key of a certificate in ca.crt there');
  });
});
