import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { FileBlobStore } from '../../../src/control-plane/blobs/file-store';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { blobStoreContract, LIMITS, of } from '../support/blob-store-contract';

let folder: string;
const open = (): FileBlobStore => new FileBlobStore((folder = temporaryFolder()), LIMITS);

describe('blobs as files', () => {
  blobStoreContract({
    open: () => Promise.resolve(open()),
    close: () => Promise.resolve(removeFolder(folder)),
  });

  test('are readable by nobody else', async () => {
    const store = open();
    const id = await store.write('sources', 'stack', of('x'));
    await store.begin('sources', 'stack');
    const modes = ['sources', ...readdirSync(join(folder, 'sources')).map((name) => join('sources', name))].map(
      (path) => (statSync(join(folder, path)).mode & 0o777).toString(8),
    );
    removeFolder(folder);
    expect(id).toMatch(/^stack-/);
    expect(modes).toEqual(['700', '600', '600']);
  });

  test('whose folder is gone cannot be used, and say so', async () => {
    const store = open();
    removeFolder(folder);
    expect(await store.health()).toEqual({
      isUsable: false,
      takesUploads: false,
      sentence: 'the folder of the blobs cannot be written to (ENOENT)',
    });
  });
});

/** On a volume of 24 MiB in a mount namespace of its own, so that nobody's disk is filled. */
test('a full volume takes no uploads and stores none by halves, while the rest goes on; freed, it takes them again', () => {
  const mountPoint = temporaryFolder();
  const program = [process.execPath, '--import', 'tsx', 'test/control-plane/support/full-volume-process.ts'];
  const { stdout, stderr } = spawnSync('unshare', ['--user', '--map-root-user', '--mount', ...program, mountPoint], {
    encoding: 'utf8',
  });
  removeFolder(mountPoint);
  expect(stderr).toBe('');
  // How much is free depends on the database beside.
  const nearlyFull =
    /the control plane's volume is nearly full: \d MiB are free, and below 4 MiB it takes no uploads; everything else goes on\. Give the volume more room$/;
  const refusal = expect.stringMatching(new RegExp(`^no-space: ${nearlyFull.source}`));
  expect(JSON.parse(stdout)).toEqual({
    atFirst: 'stored',
    belowTheMark: refusal,
    health: { isUsable: true, takesUploads: false, sentence: expect.stringMatching(nearlyFull) },
    runs: 1,
    acrossTheMark: refusal,
    files: 1,
    withoutMark: "no-space: the control plane's volume is full: give it more room",
    leftOfIt: [],
    freed: 'stored',
  });
});
