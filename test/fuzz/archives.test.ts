import { mkdirSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { ArchiveError, FolderError, unpack } from '../../src/launcher/archive';
import { craftedArchive, type Entry } from '../launcher/support/crafted-archive';
import { removeFolder, temporaryFolder } from '../support/folder';

const MOST_BYTES = 20_000;
const part = fc.constantFrom(...'abcdefgh', '..', '.', '', 'outside', 'x'.repeat(120));
const path = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...'abcdefgh', 'i/j', './k') },
  fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
  fc.constantFrom('/tmp/escaped', '../outside', '../../outside', './a', 'a/'),
);
const content = fc.constantFrom('', 'changed', 'z'.repeat(9_000));
const mode = fc.constantFrom(0o644, 0o777, 0o4755);
const entry: fc.Arbitrary<Entry> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ path: path.filter((one) => one !== ''), content, mode }) },
  {
    weight: 2,
    arbitrary: fc.record({
      path: path.filter((one) => one !== ''),
      type: fc.constantFrom('SymbolicLink', 'SymbolicLink', 'Link', 'CharacterDevice'),
      linkpath: path,
      mode,
    }),
  },
);

/** Bytes of all files below a folder, without following a link. */
function bytesBelow(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, one) => {
    const at = join(folder, one.name);
    return sum + (one.isDirectory() ? bytesBelow(at) : one.isFile() ? lstatSync(at).size : 0);
  }, 0);
}

test('an archive writes nothing outside of its folder, whatever it holds, and takes no more than is allowed', async () => {
  let unpacked = 0;
  const property = fc.asyncProperty(fc.array(entry, { maxLength: 3 }), async (entries) => {
    const root = temporaryFolder();
    const folder = join(root, 'folder');
    mkdirSync(folder);
    writeFileSync(join(root, 'outside'), 'untouched');
    try {
      await unpack(Readable.from([craftedArchive(entries)]), folder, { bytes: MOST_BYTES, settleMs: 5 });
      unpacked += 1;
    } catch (error) {
      if (!(error instanceof ArchiveError || error instanceof FolderError)) throw error;
    }
    expect(readdirSync(root).sort()).toEqual(['folder', 'outside']);
    expect(readFileSync(join(root, 'outside'), 'utf8')).toBe('untouched');
    expect(lstatSync(join(root, 'outside')).nlink).toBe(1);
    expect(bytesBelow(folder)).toBeLessThanOrEqual(MOST_BYTES);
    removeFolder(root);
  });
  await fc.assert(property, { seed: 1, numRuns: 300 });
  expect(unpacked).toBeGreaterThan(10);
});
