import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeFolder } from '../support/folder';
import { findFaults, selectFaults, type Registry } from './registry';

// Within the repository, so that Jest translates what lies there.
mkdirSync('node_modules/.cache', { recursive: true });
const scratch = mkdtempSync('node_modules/.cache/chaos-');
afterAll(() => removeFolder(scratch));

const fault = (kind: string, more = '') => `export const fault = { kind: '${kind}', title: 'x'${more} };`;
const AREA = `export const area = { title: 'An area', lead: '', open() {} };`;

/** Areas and faults in files. */
function folderOf(name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(scratch, name);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const kinds = (those: Registry['faults']) => those.map(({ fault: { kind } }) => kind);

describe('faults', () => {
  it('are found by their folder, in order', async () => {
    const files = { 'b/area.ts': AREA, 'b/two.ts': fault('b/two'), 'b/one.ts': fault('b/one'), 'a/area.ts': AREA };
    const { areas, faults } = await findFaults(folderOf('well', files));
    expect([...areas.keys()]).toEqual(['a', 'b']);
    expect(kinds(faults)).toEqual(['b/one', 'b/two']);
  });

  it.each([
    ['an area without its file', { 'a/one.ts': fault('a/one') }, 'area.ts'],
    ['a fault of another name', { 'a/area.ts': AREA, 'a/one.ts': fault('a/two') }, 'by its file it is "a/one"'],
    ['a file without a fault', { 'a/area.ts': AREA, 'a/one.ts': 'export const x = 1;' }, 'exports no "fault"'],
  ])('%s is told of', async (name, files, sentence) => {
    await expect(findFaults(folderOf(name.replaceAll(' ', '-'), files))).rejects.toThrow(sentence);
  });
});

describe('what is selected', () => {
  const files = {
    'a/area.ts': AREA,
    'a/one.ts': fault('a/one'),
    'a/slow.ts': fault('a/slow', ', long: true'),
    'b/area.ts': AREA,
    'b/two.ts': fault('b/two'),
  };
  const found = findFaults(folderOf('select', files));

  it.each([
    ['everything that is short, without a word', [], false, ['a/one', 'b/two']],
    ['the long ones, too, with --long', [], true, ['a/one', 'a/slow', 'b/two']],
    ['an area', ['a'], false, ['a/one']],
    ['a kind, a long one, too', ['a/slow'], false, ['a/slow']],
    ['a kind of one area and all of another', ['a/one', 'b'], false, ['a/one', 'b/two']],
  ])('is %s', async (_, words, long, expected) => {
    expect(kinds(selectFaults(await found, words, long))).toEqual(expected);
  });

  it.each([
    ['c', 'there is no area and no kind "c"; there are a, b'],
    ['a/three', 'there is no area and no kind "a/three"; there are a/one, a/slow'],
  ])('a word that names nothing is told of: %s', async (word, sentence) => {
    const registry = await found;
    expect(() => selectFaults(registry, [word], false)).toThrow(sentence);
  });
});

it('the faults of this repository are all found, and say in sentences what they are', async () => {
  for (const { fault: each } of (await findFaults()).faults) {
    for (const text of [each.userSees, each.why]) expect(text).toMatch(/^\S.*[.!]$/);
    expect(each.title).not.toMatch(/\.$/);
  }
});
