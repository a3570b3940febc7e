import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { KEY_FILES, KeyFiles, type KeyFile } from '../../src/control-plane/key-files';
import { Authority } from '../../src/control-plane/pki/authority';
import { removeFolder, temporaryFolder } from '../support/folder';
import { openApiKeys } from './support/api-keys';

let folder: string;
let warnings: string[];
const warn = (message: string): void => void warnings.push(message);
const at = (...path: string[]): string => join(folder, ...path);
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

beforeEach(() => {
  folder = temporaryFolder();
  warnings = [];
});
afterEach(() => removeFolder(folder));

describe('keys in the data folder', () => {
  test('are made once, readable by nobody else but for the certificate', async () => {
    const open = async (): Promise<string[]> => {
      const keys = KeyFiles.inDataFolder(at('data'), warn);
      const authority = await Authority.open(keys, Date.now);
      return [authority.certificatePem, openApiKeys(keys).key.secret];
    };
    const umask = process.umask(0);
    const made = await open().finally(() => process.umask(umask));
    expect(await open()).toEqual(made);
    expect(modeOf(at('data'))).toBe('700');
    const modes = readdirSync(at('data')).map((name) => [name, modeOf(at('data', name))]);
    expect(Object.fromEntries(modes)).toEqual({
      'ca.crt': '644',
      'ca.key': '600',
      'jwt.key': '600',
      'admin-key.json': '600',
    });
    expect(warnings).toEqual([]);
  });

  test.each([
    [0o644, 1],
    [0o660, 0],
  ])('that have the mode %o become private, and %i words are said about it', (mode, words) => {
    writeFileSync(at('jwt.key'), 'key');
    chmodSync(at('jwt.key'), mode);
    expect(KeyFiles.inDataFolder(folder, warn).read('jwt.key')).toBe('key');
    expect(modeOf(at('jwt.key'))).toBe('600');
    expect(warnings).toHaveLength(words);
  });

  test('that everybody could exchange are worth a word', () => {
    chmodSync(folder, 0o777);
    KeyFiles.inDataFolder(folder, warn);
    expect(warnings).toEqual([
      `everybody on this machine may write to ${folder}, and so exchange the keys in it: take that right from them`,
    ]);
  });

  test.each<[KeyFile, string, string]>([
    ['jwt.key', '', 'must hold 32 random bytes or more in base64'],
    ['jwt.key', Buffer.alloc(31, 1).toString('base64'), 'must hold 32 random bytes or more in base64'],
    ['admin-key.json', '', 'must hold {"id": "...", "secret": "at least 16 characters"}'],
    [
      'admin-key.json',
      '{"id": "admin", "secret": "short"}',
      'must hold {"id": "...", "secret": "at least 16 characters"}',
    ],
  ])('are refused where %s holds %j', (name, content, sentence) => {
    writeFileSync(at(name), content);
    expect(() => openApiKeys(KeyFiles.inDataFolder(folder))).toThrow(sentence);
  });
});

describe('keys that are given', () => {
  const fill = (without: readonly KeyFile[] = [], mode = 0o440): void => {
    mkdirSync(at('keys'));
    for (const name of Object.keys(KEY_FILES) as KeyFile[]) {
      if (without.includes(name)) continue;
      writeFileSync(at('keys', name), name);
      chmodSync(at('keys', name), mode);
    }
  };

  test('are read, and left as they are', () => {
    fill();
    expect(KeyFiles.given(at('keys'), [], warn).read('ca.key')).toBe('ca.key');
    expect(modeOf(at('keys', 'ca.key'))).toBe('440');
    expect(warnings).toEqual([]);
  });

  test('must all be there: those that are not are named, with the command that makes them', () => {
    fill(['ca.key', 'encryption.keys', 'admin-key.json']);
    const open = (optional: readonly KeyFile[]) => () => KeyFiles.given(at('keys'), optional);
    expect(open([])).toThrow(
      'lacks ca.key (its private key), encryption.keys (encrypt secrets in the database), admin-key.json (the API key)',
    );
    expect(open([])).toThrow('"worker-pools control-plane keys" makes them');
    expect(open(['admin-key.json'])).not.toThrow('admin-key.json');
    expect(readdirSync(at('keys'))).toEqual(['ca.crt', 'jwt.key']);
  });

  test('are worth a word where everybody may read them', () => {
    fill([], 0o444);
    KeyFiles.given(at('keys'), [], warn).read('ca.key');
    expect(warnings).toEqual([
      `${at('keys', 'ca.key')} can be read by everybody in the container: give the volume of the Secret defaultMode 0440`,
    ]);
  });
});
