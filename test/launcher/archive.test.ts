import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Header } from 'tar';
import { ArchiveError, pack, unpack } from '../../src/launcher/archive';

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'archive-'));
  folder = join(root, 'folder');
  await mkdir(folder);
});
afterEach(() => rm(root, { recursive: true, force: true }));

interface Entry {
  readonly path: string;
  readonly type?: 'File' | 'SymbolicLink' | 'Link' | 'CharacterDevice';
  readonly linkpath?: string;
  readonly content?: string;
}

/** A tar.gz of entries that no honest program would make. */
function crafted(entries: readonly Entry[]): Readable {
  const blocks = entries.flatMap(({ path, type = 'File', linkpath, content = '' }) => {
    const header = new Header({ path, type, mode: 0o644, size: Buffer.byteLength(content), mtime: new Date(0) });
    if (linkpath !== undefined) header.linkpath = linkpath;
    const block = Buffer.alloc(512);
    header.encode(block);
    const body = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512);
    body.write(content);
    return [block, body];
  });
  return Readable.from([gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]))]);
}

test('a packed folder unpacks to the same, links and modes included', async () => {
  const from = join(root, 'from');
  await mkdir(join(from, '.terraform'), { recursive: true });
  await writeFile(join(from, '.terraform', 'tool'), 'binary', { mode: 0o755 });
  await symlink('/opt/spacelift/binaries_cache/provider', join(from, '.terraform', 'provider'));
  await symlink('.terraform/tool', join(from, 'tool'));
  await unpack(Readable.from([await buffer(pack(from))]), folder);
  expect(await readFile(join(folder, 'tool'), 'utf8')).toBe('binary');
  expect((await lstat(join(folder, '.terraform/tool'))).mode & 0o111).toBe(0o111);
  expect(await readlink(join(folder, '.terraform/provider'))).toBe('/opt/spacelift/binaries_cache/provider');
});

describe('an archive that would write outside of its folder is refused, and writes nothing there', () => {
  test.each<[string, Entry[]]>([
    ['by a path upwards', [{ path: '../escaped', content: 'x' }]],
    ['by a path upwards in the middle', [{ path: 'a/../../escaped', content: 'x' }]],
    [
      'through a link upwards',
      [
        { path: 'a', type: 'SymbolicLink', linkpath: '..' },
        { path: 'a/escaped', content: 'x' },
      ],
    ],
    ['by a link with a path upwards', [{ path: '../escaped', type: 'SymbolicLink', linkpath: 'x' }]],
    [
      'by a link through a link',
      [
        { path: 'a', type: 'SymbolicLink', linkpath: '..' },
        { path: 'a/escaped', type: 'SymbolicLink', linkpath: 'x' },
      ],
    ],
    ['by a hard link upwards', [{ path: 'a', type: 'Link', linkpath: '../outside' }]],
    ['by a device', [{ path: 'a', type: 'CharacterDevice' }]],
  ])('%s', async (_case, entries) => {
    await writeFile(join(root, 'outside'), 'untouched');
    await expect(unpack(crafted(entries), folder)).rejects.toThrow();
    expect((await readdir(root)).sort()).toEqual(['folder', 'outside']);
    expect((await lstat(join(root, 'outside'))).nlink).toBe(1);
  });
});

test.each([
  ['no archive at all', Buffer.from('<html>')],
  ['cut short', gzipSync(Buffer.alloc(4096, 'x')).subarray(0, 20)],
])('%s is refused as an ArchiveError', async (_case, bytes) => {
  await expect(unpack(Readable.from([bytes]), folder)).rejects.toThrow(ArchiveError);
});
