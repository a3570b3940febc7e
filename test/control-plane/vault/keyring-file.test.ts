import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { KeyFiles } from '../../../src/control-plane/key-files';
import { keyOf, KEYRING_LOOK_MS, KeyringFile, newKeyLine, type Place } from '../../../src/control-plane/vault';
import { FakeClock } from '../../support/fake-clock';
import { removeFolder, temporaryFolder } from '../../support/folder';

const PLACE: Place = { table: 'stacks', row: '01K0RRRRRRRRRRRRRRRRRRRRRR', column: 'environment' };

let folder: string;
let clock: FakeClock;
let logged: string[];
let opened: KeyringFile[];

beforeEach(() => {
  folder = temporaryFolder();
  clock = new FakeClock();
  logged = [];
  opened = [];
});
afterEach(() => {
  for (const each of opened) each.close();
  removeFolder(folder);
});

const path = (): string => join(folder, 'encryption.keys');
const content = (): string => readFileSync(path(), 'utf8');

function open(): KeyringFile {
  const logger = pino({ base: undefined }, { write: (line: string) => void logged.push(line) });
  const file = new KeyringFile(KeyFiles.inDataFolder(folder), { clock, logger });
  file.watch();
  opened.push(file);
  return file;
}

describe('encryption.keys', () => {
  test('is made at the first start, and opens what it sealed after the next', () => {
    const sealed = open().vault.seal(PLACE, 'secret');
    expect(open().vault.open(PLACE, sealed)).toBe('secret');
  });

  test('that is not in order is refused at the start, and is not replaced', () => {
    writeFileSync(path(), '');
    expect(open).toThrow(`${path()} holds no key`);
    expect(content()).toBe('');
  });

  test('is taken again while the control plane runs, which is told once another key is the first', async () => {
    const file = open();
    const { vault } = file;
    const rotations: string[] = [];
    file.onRotation(() => rotations.push(vault.currentKey));
    const sealed = vault.seal(PLACE, 'secret');
    const former = content();

    writeFileSync(path(), former + newKeyLine());
    await clock.advance(KEYRING_LOOK_MS);
    expect(rotations).toEqual([]);
    expect(vault.keyIds).toHaveLength(2);

    writeFileSync(path(), newKeyLine() + former);
    await clock.advance(KEYRING_LOOK_MS);
    expect(rotations).toEqual([vault.currentKey]);
    expect(keyOf(PLACE, vault.seal(PLACE, 'other'))).not.toBe(keyOf(PLACE, sealed));
    expect(vault.open(PLACE, sealed)).toBe('secret');
  });

  test('stays as it was known when it is spoiled meanwhile, and no key gets into the log', async () => {
    const { vault } = open();
    const former = content();
    writeFileSync(path(), 'rubbish');
    await clock.advance(KEYRING_LOOK_MS);
    expect(vault.open(PLACE, vault.seal(PLACE, 'secret'))).toBe('secret');
    expect(logged.join('')).toContain('the present keys stay');
    expect(logged.join('')).not.toContain(former.trim().split(':')[1]);
  });

  test('is looked at before a value of an unknown key is given up', () => {
    const first = open();
    writeFileSync(path(), newKeyLine() + content());
    const second = open();
    expect(first.vault.open(PLACE, second.vault.seal(PLACE, 'secret'))).toBe('secret');
  });
});
