import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { makePrivateFolder, takeRightsOfOthers, writeFileDurably } from '../../src/control-plane/durable-file';
import { removeFolder, temporaryFolder } from '../support/folder';

let folder: string;
let umask: number;
beforeEach(() => {
  folder = temporaryFolder();
  umask = process.umask();
});
afterEach(() => {
  process.umask(umask);
  removeFolder(folder);
});

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe('a file that is written durably', () => {
  test.each([0o000, 0o022, 0o077])('has the mode that it shall have, whatever the umask (%i)', (mask) => {
    process.umask(mask);
    for (const mode of [0o600, 0o644]) {
      const path = join(folder, `file-${mode}`);
      writeFileDurably(path, 'content', mode);
      expect(readFileSync(path, 'utf8')).toBe('content');
      expect(modeOf(path)).toBe(mode.toString(8));
    }
    expect(readdirSync(folder)).toHaveLength(2);
  });

  test('replaces the former one, and has none of its rights', () => {
    const path = join(folder, 'key');
    writeFileSync(path, 'former');
    chmodSync(path, 0o666);
    writeFileDurably(path, 'new', 0o600);
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(modeOf(path)).toBe('600');
  });

  test('is as before when there is no room for the whole of the new one, and nothing is left over', () => {
    const path = join(folder, 'key');
    writeFileDurably(path, 'former', 0o600);
    // The system takes the first part of such a write and refuses the rest, as it does when a disk is full.
    const program = `
      import { writeFileDurably } from ${JSON.stringify(resolve('src/control-plane/durable-file.ts'))};
      try { writeFileDurably(${JSON.stringify(path)}, 'x'.repeat(100_000), 0o600); }
      catch (error) { process.stdout.write(error.code); }`;
    const limited = `ulimit -f 8; exec "$0" --import tsx --input-type=module --eval "$1"`;
    const { stdout } = spawnSync('bash', ['-c', limited, process.execPath, program], {
      encoding: 'utf8',
      env: { ...process.env, TSX_DISABLE_CACHE: '1' },
    });
    expect(stdout).toBe('EFBIG');
    expect(readFileSync(path, 'utf8')).toBe('former');
    expect(readdirSync(folder)).toEqual(['key']);
  });
});

describe('what is private', () => {
  test('is a folder that is made; one that others use already keeps its rights', () => {
    process.umask(0);
    const [fresh, shared] = [join(folder, 'deep', 'fresh'), join(folder, 'shared')];
    mkdirSync(shared, { mode: 0o755 });
    for (const path of [fresh, shared]) makePrivateFolder(path);
    expect([fresh, shared].map(modeOf)).toEqual(['700', '755']);
  });

  test('is a file whose rights for others were taken, which are told once', () => {
    const path = join(folder, 'file');
    writeFileSync(path, '');
    chmodSync(path, 0o664);
    expect(takeRightsOfOthers(path)).toBe(0o064);
    expect(takeRightsOfOthers(path)).toBe(0);
    expect(modeOf(path)).toBe('600');
    expect(existsSync(path)).toBe(true);
  });
});
