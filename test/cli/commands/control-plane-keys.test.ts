import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Command } from 'commander';
import { parse } from 'yaml';
import { keysCommand, rotateEncryptionKeyCommand } from '../../../src/cli/commands/control-plane-keys';
import { KEY_FILES, KeyFiles } from '../../../src/control-plane/key-files';
import { Authority } from '../../../src/control-plane/pki/authority';
import { Keyring } from '../../../src/control-plane/vault';
import { openApiKeys } from '../../control-plane/support/api-keys';
import { removeFolder, temporaryFolder } from '../../support/folder';

let folder: string;
let said: string;
const at = (...path: string[]): string => join(folder, ...path);

beforeEach(() => {
  folder = temporaryFolder();
  said = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
  removeFolder(folder);
});

const worker = (...args: string[]): Promise<unknown> =>
  new Command()
    .exitOverride()
    .addCommand(keysCommand())
    .addCommand(rotateEncryptionKeyCommand())
    .parseAsync(args, { from: 'user' });

/** Opens everything as a control plane does that is given the folder. */
async function readable(path: string): Promise<void> {
  const keys = KeyFiles.given(path);
  await Authority.open(keys, Date.now);
  openApiKeys(keys);
  Keyring.parse(keys.read('encryption.keys'), 'encryption.keys');
}

describe('control-plane keys', () => {
  test('makes a folder that a control plane can be given, which nobody else can look into', async () => {
    await worker('keys', '--out', at('keys'));
    await readable(at('keys'));
    expect(readdirSync(at('keys')).toSorted()).toEqual(Object.keys(KEY_FILES).toSorted());
    expect((statSync(at('keys')).mode & 0o777).toString(8)).toBe('700');
    expect(said).toBe(`Made in ${at('keys')}: ca.crt, ca.key, jwt.key, encryption.keys, admin-key.json.\n`);
  });

  test('completes a folder, and changes nothing that it has', async () => {
    await worker('keys', '--out', at('keys'));
    const before = readFileSync(at('keys', 'ca.key'), 'utf8');
    mkdirSync(at('other'));
    for (const name of ['ca.crt', 'ca.key']) writeFileSync(at('other', name), readFileSync(at('keys', name)));
    said = '';
    await worker('keys', '--out', at('other'));
    await worker('keys', '--out', at('other'));
    await readable(at('other'));
    expect(readFileSync(at('other', 'ca.key'), 'utf8')).toBe(before);
    expect(said).toBe(
      `Made in ${at('other')}: jwt.key, encryption.keys, admin-key.json.\n${at('other')} has all keys already.\n`,
    );
  });

  test('prints a Secret with the keys of a data folder, and fresh ones for those that it lacks', async () => {
    await Authority.open(KeyFiles.inDataFolder(at('data')), Date.now);
    await worker('keys', '--secret', 'keys', '--namespace', 'pools', '--from', at('data'));
    const secret = parse(said) as { metadata: object; stringData: Record<string, string> };
    expect(secret.metadata).toEqual({ name: 'keys', namespace: 'pools' });
    expect(secret.stringData['ca.key']).toBe(readFileSync(at('data', 'ca.key'), 'utf8'));
    mkdirSync(at('mounted'));
    for (const [name, content] of Object.entries(secret.stringData)) writeFileSync(at('mounted', name), content);
    await readable(at('mounted'));
    expect(readdirSync(at('data')).toSorted()).toEqual(['ca.crt', 'ca.key']);
  });

  test.each([
    ['nothing to write to', [], 'give --out for a folder, or --secret'],
    ['both', ['--out', 'a', '--secret', 'b'], 'give --out for a folder, or --secret'],
    ['a missing folder', ['--secret', 'a', '--from', 'nowhere'], '--from: there is no folder nowhere'],
  ])('is refused with %s', async (_, args, sentence) => {
    await expect(worker('keys', ...args)).rejects.toThrow(sentence);
  });

  test('is refused where half an authority lies', async () => {
    writeFileSync(at('ca.crt'), 'certificate');
    await expect(worker('keys', '--out', folder)).rejects.toThrow('has only one of ca.crt and ca.key');
    expect(readdirSync(folder)).toEqual(['ca.crt']);
  });
});

describe('control-plane rotate-encryption-key', () => {
  const ids = (): readonly string[] => Keyring.parse(readFileSync(at('encryption.keys'), 'utf8'), 'the file').ids;

  test.each([
    [[], 0],
    [['--prepare'], 1],
  ])('with %j puts a fresh key at place %i', async (flags, place) => {
    await worker('keys', '--out', folder);
    const [former] = ids();
    await worker('rotate-encryption-key', '--keys', at('encryption.keys'), ...flags);
    expect(ids()).toHaveLength(2);
    expect(ids()[1 - place]).toBe(former);
    expect(said).toContain(`The key ${ids()[place]} is the ${place === 0 ? 'first' : 'last'}`);
    expect((statSync(at('encryption.keys')).mode & 0o777).toString(8)).toBe('600');
  });

  test('touches no file that is not in order', async () => {
    writeFileSync(at('encryption.keys'), 'rubbish');
    await expect(worker('rotate-encryption-key', '--keys', at('encryption.keys'))).rejects.toThrow('line 1 of');
    expect(readFileSync(at('encryption.keys'), 'utf8')).toBe('rubbish');
  });
});
