import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { backupInto } from '../../../src/control-plane/store/database/backup-folder';
import { openSqlite } from '../../../src/control-plane/store/database/sqlite';
import { removeFolder, temporaryFolder } from '../../support/folder';

const NOW = Date.parse('2026-03-04T05:06:07.890Z');
const DAY = 86_400_000;

let scratch: string;
let folder: string;
const place = () => ({ path: join(scratch, 'control-plane.db') });

beforeEach(async () => {
  scratch = temporaryFolder();
  folder = join(scratch, 'backups');
  await (await openSqlite({ ...place(), inProcess: true })).close();
});

afterEach(() => removeFolder(scratch));

const make = (days = 0, keep = 3) => backupInto(place(), { folder, keep, now: NOW + days * DAY });

test('a backup is called by the time at which it was made, in a folder that is made', async () => {
  const { made, removed } = await make();
  expect([made, removed]).toEqual([join(folder, 'control-plane-20260304T050607Z.db'), []]);
  expect(existsSync(made)).toBe(true);
});

test('the newest stay, and the others go when a new one is there', async () => {
  for (const day of [0, 1, 2]) await make(day);
  const { made, removed } = await make(3);
  expect(removed.map((path) => basename(path))).toEqual(['control-plane-20260304T050607Z.db']);
  expect(readdirSync(folder)).toContain(basename(made));
  expect(readdirSync(folder)).toHaveLength(3);
});

test('one that fails removes none', async () => {
  for (const day of [0, 1]) await make(day, 1);
  await expect(backupInto({ path: join(scratch, 'none.db') }, { folder, keep: 1, now: NOW + 2 * DAY })).rejects.toThrow(
    'there is no database',
  );
  expect(readdirSync(folder)).toEqual(['control-plane-20260305T050607Z.db']);
});

test('what was broken off a day ago goes, and what is made meanwhile stays', async () => {
  await make();
  const partial = (day: string, hoursAgo: number) => {
    const path = join(folder, `control-plane-2026030${day}T000000Z.db.partial`);
    writeFileSync(path, '');
    const at = (NOW - hoursAgo * 3_600_000) / 1000;
    utimesSync(path, at, at);
    return basename(path);
  };
  const [old, young] = [partial('1', 25), partial('4', 1)];
  const theirs = 'notes.partial';
  writeFileSync(join(folder, theirs), '');
  await backupInto(place(), { folder, keep: 3, now: NOW + 1000 });
  expect(readdirSync(folder)).not.toContain(old);
  expect(readdirSync(folder)).toEqual(expect.arrayContaining([young, theirs]));
});
