import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { PART_BYTES, type BlobStore } from '../../../src/control-plane/blobs';
import { FileBlobStore } from '../../../src/control-plane/blobs/file-store';
import { measuredBlobs } from '../../../src/control-plane/observability/measured-blobs';
import { removeFolder, temporaryFolder } from '../../support/folder';

let folder: string;
let told: string[];
let store: BlobStore;

beforeEach(() => {
  folder = temporaryFolder();
  told = [];
  store = measuredBlobs(
    new FileBlobStore(folder, { sources: 100, workspaces: 2 * PART_BYTES, states: 1024 * 1024 }, 0),
    {
      uploads: (kind, change) => told.push(`${kind} ${change > 0 ? 'begins' : 'ends'}`),
      transferred: (kind, direction, bytes) => told.push(`${kind} ${bytes} ${direction}`),
    },
  );
});
afterEach(() => removeFolder(folder));

test('what is written and read is counted, and is what it was', async () => {
  const id = await store.write('sources', 'stack', Readable.from([Buffer.from('one '), Buffer.from('two')]));
  const { stream } = await store.read('sources', id);
  expect((await buffer(stream)).toString()).toBe('one two');
  expect(told).toEqual(['sources begins', 'sources 4 in', 'sources 3 in', 'sources ends', 'sources 7 out']);
});

test('a part is counted once it is stored', async () => {
  const upload = { kind: 'workspaces', owner: 'run', upload: await store.begin('workspaces', 'run') } as const;
  await store.append(upload, { offset: 0, size: 5, content: Readable.from([Buffer.from('12345')]) });
  expect(told).toEqual(['workspaces begins', 'workspaces ends', 'workspaces 5 in']);
});

test.each<[string, () => Readable, string]>([
  ['is too large', () => Readable.from([Buffer.alloc(101)]), 'larger than 100 bytes'],
  ['breaks off', () => Readable.from(brokenOff()), 'gone'],
])('an upload that %s fails as it does without being counted, and is over', async (_, content, sentence) => {
  await expect(store.write('sources', 'stack', content())).rejects.toThrow(sentence);
  expect(told.filter((each) => !each.endsWith(' in'))).toEqual(['sources begins', 'sources ends']);
});

async function* brokenOff(): AsyncGenerator<Buffer> {
  yield Buffer.from('one');
  await Promise.resolve();
  throw new Error('gone');
}
