import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const { ROOMS } = (await import(resolve('.dependency-cruiser.mjs'))) as { ROOMS: Record<string, string[]> };

/** The rooms below src/ that architecture.md has a row for, with the last cell of it. */
const rows = readFileSync('docs/architecture.md', 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, folder = '', ...cells] = line.split('|').map((cell) => cell.trim());
    const room = /^`src\/([^*]+?)\/?(\*\.ts)?`$/.exec(folder)?.[1];
    return room === undefined ? [] : [[room, cells.at(-2)?.replaceAll('`', '')]];
  });

it('docs/architecture.md shows each room once, with what it may import of ours', () => {
  const expected = Object.entries(ROOMS).map(([room, allowed]) => [room, allowed.join(', ') || 'nothing of ours']);
  expect(rows.toSorted()).toEqual(expected.toSorted());
});

it('no room may import one that stands below it', () => {
  const order = Object.keys(ROOMS);
  const upwards = Object.entries(ROOMS).flatMap(([room, allowed]) =>
    allowed.filter((name) => order.indexOf(name) >= order.indexOf(room)).map((name) => `${room} imports ${name}`),
  );
  expect(upwards).toEqual([]);
});
