import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Journal, type Journaled } from '../../../src/launcher/relay/journal';
import { removeFolder, temporaryFolder } from '../../support/folder';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => removeFolder(folder));

const line = (text: string) => ({ time: 1, stream: 'system', step: '', text, mark: text }) as const;
const numbered = (journal: Journal) =>
  journal.pending.map((entry) => `${entry.sequence} ${'text' in entry ? entry.text.trim() : entry.file}`);

describe('the journal', () => {
  test('gives each entry a number of its own, also when several are added at once', async () => {
    const journal = await Journal.open(folder);
    await Promise.all(['a', 'b', 'c'].map((text) => journal.append(line(text))));
    expect(numbered(journal)).toEqual(['1 a', '2 b', '3 c']);
    await journal.close();
    const again = await Journal.open(folder);
    expect(numbered(again)).toEqual(['1 a', '2 b', '3 c']);
    await again.close();
  });

  test('makes pending again what was acknowledged once and is wanted anew', async () => {
    const journal = await Journal.open(folder);
    for (const text of ['a', 'b', 'c', 'd']) await journal.append(line(text));
    await journal.acknowledge(3);
    expect(numbered(journal)).toEqual(['4 d']);
    await journal.rewind(1, 2);
    expect(numbered(journal)).toEqual(['2 b', '3 c', '4 d']);
    await journal.close();
  });

  test('goes on in memory when its volume is full, and says that it is', async () => {
    const [file, full] = await Promise.all([open(join(folder, 'journal'), 'a+'), open('/dev/full', 'a')]);
    const journal = await Journal.on({
      readFile: () => file.readFile(),
      read: file.read.bind(file),
      truncate: (size) => file.truncate(size),
      appendFile: (text) => full.appendFile(text),
      close: async () => void (await Promise.all([file.close(), full.close()])),
    } as Journaled);
    await journal.append(line('a'));
    await journal.append(line('b'));
    expect(journal.volumeIsFull).toBe(true);
    expect(numbered(journal)).toEqual(['1 a', '2 b']);
    await journal.acknowledge(1);
    expect(numbered(journal)).toEqual(['2 b']);
    await journal.close();
  });
});
