import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { withLock } from '../../src/local-cluster/lock';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
  path = join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('two works under one lock do not overlap', async () => {
  let inside = 0;
  const overlaps: number[] = [];
  const work = async (): Promise<void> => {
    inside += 1;
    await new Promise((resolve) => setTimeout(resolve, 20));
    overlaps.push(inside);
    inside -= 1;
  };
  await Promise.all([withLock(path, work), withLock(path, work), withLock(path, work)]);
  expect(overlaps).toEqual([1, 1, 1]);
});

test('a lock whose holder has died is taken over', async () => {
  writeFileSync(path, JSON.stringify({ pid: process.pid, startTime: 1, bootId: 'an earlier one' }));
  expect(await withLock(path, () => Promise.resolve('done'))).toBe('done');
});

test('a failed work frees the lock', async () => {
  await expect(withLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(existsSync(path)).toBe(false);
});
