import { tmpdir } from 'node:os';
import { expect, test } from '@jest/globals';
import { hasNoRoom } from '../../src/launcher/exchange';

test('a volume without room is told from one that has some', async () => {
  // A file system that never has a free block.
  expect(await hasNoRoom('/proc')).toBe(true);
  expect(await hasNoRoom(tmpdir())).toBe(false);
});
