import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { FileBlobStore } from '../../../src/control-plane/blobs/file-store';
import { UNUSED_BLOB_AGE_MS, UNUSED_BLOB_SEEN_MS, UnusedBlobs } from '../../../src/control-plane/blobs/unused-blobs';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { LIMITS, listed, of } from '../support/blob-store-contract';

let folder: string;
let store: FileBlobStore;
let time: { now: number; monotonic: number };
let named: Set<string>;
let unused: UnusedBlobs;

/** As after a start of the control plane: nothing in memory. */
function start(): void {
  store = new FileBlobStore(folder, LIMITS);
  const clock = { now: () => time.now, monotonic: () => time.monotonic };
  const references = { named: () => Promise.resolve(named) };
  unused = new UnusedBlobs({ store, references, clock, logger: pino({ level: 'silent' }) });
}

beforeEach(() => {
  folder = temporaryFolder();
  time = { now: Date.now(), monotonic: 0 };
  named = new Set();
  start();
});
afterEach(() => removeFolder(folder));

const write = (): Promise<string> => store.write('workspaces', 'run-1', of('state'));
const ids = async (): Promise<string[]> => (await listed(store)).map(({ id }) => id);

function pass(ms: number): void {
  time.now += ms;
  time.monotonic += ms;
}

/** Looks as often as a control plane does that runs for so long. */
async function sweepFor(ms: number): Promise<void> {
  for (let passed = 0; passed <= ms; passed += 60_000) {
    await unused.sweep();
    pass(60_000);
  }
}

test('a blob that a row names stays, however old it is', async () => {
  const id = await write();
  named.add(id);
  await sweepFor(2 * UNUSED_BLOB_AGE_MS);
  expect(await ids()).toEqual([id]);
});

describe('a blob that no row names', () => {
  test('stays while its upload may not have come to its row, and goes then', async () => {
    const id = await write();
    await sweepFor(UNUSED_BLOB_AGE_MS - 60_000);
    expect(await ids()).toEqual([id]);
    await sweepFor(UNUSED_BLOB_SEEN_MS + 60_000);
    expect(await ids()).toEqual([]);
  });

  test('is not removed by restarts alone', async () => {
    const id = await write();
    pass(2 * UNUSED_BLOB_AGE_MS);
    for (let restart = 0; restart < 5; restart++) {
      await unused.sweep();
      start();
    }
    expect(await ids()).toEqual([id]);
  });

  test('is not removed by a clock that is set', async () => {
    const id = await write();
    await unused.sweep();
    time.now += 30 * UNUSED_BLOB_AGE_MS;
    await unused.sweep();
    await unused.sweep();
    expect(await ids()).toEqual([id]);
  });

  test('is removed at once when its row lets it go, unless another row names it, too', async () => {
    const [kept, id] = [await write(), await write()];
    named.add(kept);
    await unused.release('workspaces', kept);
    await unused.release('workspaces', id);
    await unused.release('workspaces', null);
    expect(await ids()).toEqual([kept]);
  });
});

describe('an upload', () => {
  test('under way stays, however long it takes', async () => {
    const upload = await store.begin('workspaces', 'run-1');
    const path = join(folder, 'workspaces', `run-1-${upload}.partial`);
    for (let hour = 0; hour < 12; hour++) {
      await sweepFor(60 * 60_000);
      // What a part does to it.
      utimesSync(path, time.now / 1000, time.now / 1000);
    }
    expect(await listed(store)).toHaveLength(1);
  });

  test('that nobody goes on with goes', async () => {
    await store.begin('workspaces', 'run-1');
    await sweepFor(UNUSED_BLOB_AGE_MS + UNUSED_BLOB_SEEN_MS + 120_000);
    expect(await listed(store)).toEqual([]);
  });
});
