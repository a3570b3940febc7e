import { join } from 'node:path';
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
    .addCommand(backupCommand())
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

test('what goes wrong with a database is a sentence', async () => {
  process.env.WORKER_POOLS_DATABASE_URL = 'postgresql://somebody:secret@127.0.0.1:1/pools';
  await expect(controlPlane('backup', '--to', at('backup.db'))).rejects.toMatchObject({
    name: 'ConfigurationError',
    message: expect.stringMatching(
      /^the database postgresql:\/\/somebody@127.0.0.1:1\/pools is not reachable/,
    ) as unknown,
  });
});
