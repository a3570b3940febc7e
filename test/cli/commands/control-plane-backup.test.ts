import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Command } from 'commander';
import { backupCommand, restoreCommand } from '../../../src/cli/commands/control-plane-backup';
import { openDatabase } from '../../../src/control-plane/database';
import { removeFolder, temporaryFolder } from '../../support/folder';

let folder: string;
let said: string;
const at = (name: string): string => join(folder, name);

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
  delete process.env.WORKER_POOLS_DATABASE_URL;
  removeFolder(folder);
});

/** Below a command that has the folder as an option, too. */
const controlPlane = (...args: string[]): Promise<unknown> =>
  new Command('control-plane')
    .option('--data-dir <dir>', 'folder', './control-plane-data')
    .addCommand(
      backupCommand()
        .exitOverride()
        .configureOutput({ writeErr: () => {} }),
    )
    .addCommand(restoreCommand())
    .exitOverride()
    .parseAsync(args, { from: 'user' });

const open = (data: string) => openDatabase({ dataDir: at(data), databaseInProcess: true }, { now: Date.now });

test('a backup is made while the control plane runs, and restored into another folder', async () => {
  const database = await open('data');
  try {
    await controlPlane('backup', '--data-dir', at('data'), '--to', at('backup.db'));
    expect(said).toBe(`${at('backup.db')} has the database. Keys and blobs are not in it: copy them, too.\n`);
    await expect(controlPlane('restore', '--data-dir', at('data'), '--from', at('backup.db'))).rejects.toMatchObject({
      name: 'ConfigurationError',
      message: expect.stringMatching(/is in use by another process: stop it first/) as unknown,
    });
  } finally {
    await database.close();
  }
  said = '';
  await controlPlane('restore', '--data-dir', at('other'), '--from', at('backup.db'));
  expect(said).toMatch(
    /^The database is as it was in .*backup.db. Start the control plane with the keys that it had.\n$/,
  );
  await (await open('other')).close();
});

test('a restore tells where the former database is', async () => {
  await (await open('data')).close();
  await controlPlane('backup', '--data-dir', at('data'), '--to', at('backup.db'));
  await controlPlane('restore', '--data-dir', at('data'), '--from', at('backup.db'));
  expect(said).toMatch(/What was there before is in .*control-plane\.db\.before-/);
});

test('backups of a folder are called by the time, and as many of them stay as are to be kept', async () => {
  await (await open('data')).close();
  mkdirSync(at('backups'));
  const others = ['control-plane-20250101T000000Z.db', 'control-plane-20250102T000000Z.db', 'notes.txt'];
  for (const name of others) writeFileSync(join(at('backups'), name), '');
  await controlPlane('backup', '--data-dir', at('data'), '--folder', at('backups'), '--keep', '2');
  const [, made = ''] = /^(.*) has the database\./.exec(said) ?? [];
  expect(made).toMatch(/backups\/control-plane-\d{8}T\d{6}Z\.db$/);
  expect(said).toContain(`\n${join(at('backups'), others[0]!)} is removed.\n`);
  expect(readdirSync(at('backups')).sort()).toEqual([others[1], basename(made), 'notes.txt']);
  await controlPlane('restore', '--data-dir', at('other'), '--from', made);
  await (await open('other')).close();
});

test.each([
  ['nothing', []],
  ['a file and a folder', ['--to', 'a.db', '--folder', 'b']],
])('a backup is asked where to, not told %s', async (_, where) => {
  await expect(controlPlane('backup', ...where)).rejects.toThrow('name either a file (--to) or a folder (--folder)');
});

test.each([
  ['of a file', ['--to', 'a.db', '--keep', '2'], '--keep is of a folder (--folder)'],
  ['of none', ['--folder', 'a', '--keep', '0'], 'it must be a whole number from 1 up'],
])('a number to keep %s is refused', async (_, args, sentence) => {
  await expect(controlPlane('backup', ...args)).rejects.toThrow(sentence);
});

test('what goes wrong with a database is a sentence', async () => {
  process.env.WORKER_POOLS_DATABASE_URL = 'postgresql://somebody:secret@127.0.0.1:1/pools';
  await expect(controlPlane('backup', '--to', at('backup.db'))).rejects.toMatchObject({
    name: 'ConfigurationError',
    message: expect.stringMatching(
      /^the database postgresql:\/\/somebody@127.0.0.1:1\/pools is not reachable/,
    ) as unknown,
  });
});
