import { chmod, lstat, mkdir, readdir, readFile, readlink, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { craftedArchive, type Entry } from './support/crafted-archive';
import { ArchiveError, folderError, pack, unpack } from '../../src/launcher/archive';
import { removeFolder, temporaryFolder } from '../support/folder';

let root: string;
let folder: string;
beforeEach(async () => {
  root = temporaryFolder();
  folder = join(root, 'folder');
  await mkdir(folder);
});
afterEach(() => removeFolder(root));

const crafted = (entries: readonly Entry[]): Readable => Readable.from([craftedArchive(entries)]);

test('a packed folder unpacks to the same: bytes, links, modes and times', async () => {
  const from = join(root, 'from');
  await mkdir(join(from, '.terraform'), { recursive: true });
  await writeFile(join(from, '.terraform', 'tool'), 'binary', { mode: 0o755 });
  await writeFile(join(from, 'key'), 'secret', { mode: 0o600 });
  await chmod(join(from, 'key'), 0o666);
  await utimes(join(from, 'key'), 1_700_000_000, 1_700_000_001);
  await symlink('/opt/spacelift/binaries_cache/provider', join(from, '.terraform', 'provider'));
  await symlink('.terraform/tool', join(from, 'tool'));
  await unpack(Readable.from([await buffer(pack(from))]), folder);
  expect(await readFile(join(folder, 'tool'), 'utf8')).toBe('binary');
  expect((await lstat(join(folder, '.terraform/tool'))).mode & 0o777).toBe(0o755);
  const key = await lstat(join(folder, 'key'));
  expect({ mode: key.mode & 0o777, time: key.mtimeMs }).toEqual({ mode: 0o666, time: 1_700_000_001_000 });
  expect(await readlink(join(folder, '.terraform/provider'))).toBe('/opt/spacelift/binaries_cache/provider');
});

test('folders can be worked in by the group, whose member the worker container is with any user; files keep their mode', async () => {
  const entries: Entry[] = [
    { path: 'envs', type: 'Directory', mode: 0o755 },
    { path: 'envs/dev/main.tf', mode: 0o644, content: 'x' },
    { path: 'private', type: 'Directory', mode: 0o700 },
    { path: 'private/key', mode: 0o600, content: 'x' },
    { path: 'a/b/link', type: 'SymbolicLink', linkpath: 'x' },
  ];
  await unpack(crafted(entries), folder);
  const modes = ['envs', 'envs/dev', 'envs/dev/main.tf', 'private', 'private/key', 'a/b'].map(async (path) => {
    const { mode } = await lstat(join(folder, path));
    return `${path} ${(mode & 0o777).toString(8)}`;
  });
  expect(await Promise.all(modes)).toEqual([
    'envs 775',
    'envs/dev 775',
    'envs/dev/main.tf 644',
    'private 770',
    'private/key 600',
    'a/b 775',
  ]);
});

test.each<[string, boolean, string[]]>([
  [
    'in a workspace the group may do in files of another user what that user could',
    true,
    ['mine 640', 'of-the-step 664', 'tool 775', 'read-only 444'],
  ],
  [
    'in a source each file keeps its mode, whoever made it',
    false,
    ['mine 640', 'of-the-step 644', 'tool 755', 'read-only 444'],
  ],
])('%s', async (_, ofWorkspace, expected) => {
  const me = process.getuid?.() ?? 0;
  const entries: Entry[] = [
    { path: 'mine', mode: 0o640, uid: me },
    { path: 'of-the-step', mode: 0o644, uid: me + 1 },
    { path: 'tool', mode: 0o755, uid: me + 1 },
    { path: 'read-only', mode: 0o444, uid: me + 1 },
  ];
  await unpack(crafted(entries), folder, { ofWorkspace });
  const modes = entries.map(
    async ({ path }) => `${path} ${((await lstat(join(folder, path))).mode & 0o777).toString(8)}`,
  );
  expect(await Promise.all(modes)).toEqual(expected);
});

describe('of several entries with one name the last counts:', () => {
  const file: Entry = { path: 'it', content: 'a file' };
  const link = (linkpath: string): Entry => ({ path: 'it', type: 'SymbolicLink', linkpath });
  test.each<[string, Entry[], string]>([
    ['a link twice', [link('one'), link('two')], 'link to two'],
    ['a link under two spellings', [link('one'), { ...link('two'), path: './it' }], 'link to two'],
    ['a link over a file', [file, link('two')], 'link to two'],
    ['a file over a link', [link('one'), file], 'a file'],
    ['a link over an empty folder', [{ path: 'it', type: 'Directory' }, link('two')], 'link to two'],
    [
      'a hard link to a link',
      [
        { ...link('two'), path: 'other' },
        { ...link('other'), type: 'Link' },
      ],
      'link to two',
    ],
  ])('%s', async (_case, entries, expected) => {
    await unpack(crafted(entries), folder);
    const isLink = (await lstat(join(folder, 'it'))).isSymbolicLink();
    const found = isLink ? `link to ${await readlink(join(folder, 'it'))}` : await readFile(join(folder, 'it'), 'utf8');
    expect(found).toBe(expected);
  });
});

describe('an archive that cannot be unpacked is refused with a sentence that names the entry:', () => {
  const long = 'n'.repeat(300);
  test.each<[string, Entry[], string]>([
    [
      'a name that no file system takes',
      [{ path: long, content: 'x' }],
      `its entry ${'n'.repeat(100)} has a name that is too long for the file system.`,
    ],
    [
      'a link with such a name',
      [{ path: long, type: 'SymbolicLink', linkpath: 'x' }],
      `its entry ${'n'.repeat(100)} has a name that is too long for the file system.`,
    ],
    [
      'a link over a folder that is not empty',
      [
        { path: 'a/b', content: 'x' },
        { path: 'a', type: 'SymbolicLink', linkpath: 'x' },
      ],
      'its entry a is in the place of a folder that is not empty.',
    ],
    [
      'a file below a file',
      [
        { path: 'a', content: 'x' },
        { path: 'a/b', content: 'x' },
      ],
      'its entry a/b is in the place of another entry.',
    ],
    [
      'a link below a file',
      [
        { path: 'a', content: 'x' },
        { path: 'a/b', type: 'SymbolicLink', linkpath: 'x' },
      ],
      'its entry a/b is in the place of another entry.',
    ],
    [
      'a hard link to nothing',
      [{ path: 'a', type: 'Link', linkpath: 'nothing' }],
      'its entry a is a link to an entry that is not there.',
    ],
    [
      'a hard link to what would lie below it',
      [{ path: './a', type: 'Link', linkpath: 'a/a' }],
      'its entry ./a is a link to an entry that is not there.',
    ],
  ])('%s', async (_case, entries, sentence) => {
    const refusal = await unpack(crafted(entries), folder).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ArchiveError);
    expect((refusal as Error).message).toBe(`The archive cannot be unpacked: ${sentence}`);
  });

  test('more content than is allowed', async () => {
    const bomb = crafted([{ path: 'zeros', content: '0'.repeat(100_000) }]);
    await expect(unpack(bomb, folder, { bytes: 100_000 })).rejects.toThrow(
      new ArchiveError('The archive holds more than 100000 bytes when it is unpacked.'),
    );
    const empties = crafted(Array.from({ length: 200 }, (_, n) => ({ path: `empty-${n}` })));
    await expect(unpack(empties, folder, { bytes: 100_000 })).rejects.toThrow(ArchiveError);
  });
});

describe('a volume that does not take the files is told from an archive that is wrong:', () => {
  test.each([
    ['ENOSPC', "The workspace volume of the run's Pod is full: give it more room."],
    [
      'EACCES',
      "The workspace volume of the run's Pod cannot be written to (EACCES): it must belong to user or group 1983.",
    ],
    ['EROFS', "The workspace volume of the run's Pod cannot be written to, because it is read-only."],
    ['ENOENT', undefined],
  ])('%s', (code, sentence) => {
    expect(folderError(Object.assign(new Error(code), { code }), 'workspace')?.message).toBe(sentence);
  });

  test('what breaks the stream itself passes through, for it may be fetched again', async () => {
    const broken = new Readable({ read: () => undefined });
    const unpacked = unpack(broken, folder);
    broken.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
    await expect(unpacked).rejects.toThrow('read ECONNRESET');
  });
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
    [
      'by a link through a link, with folders between that are not there yet',
      [
        { path: 'a', type: 'SymbolicLink', linkpath: '..' },
        { path: 'a/new/deep/escaped', type: 'SymbolicLink', linkpath: 'x' },
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
