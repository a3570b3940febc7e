import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, readFileSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { differences, filesMadeBy, write } from '../../../src/cli/generate/files';
import { removeFolder, temporaryFolder } from '../../support/folder';

let root: string;

function put(path: string, content: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), content);
}

beforeEach(() => {
  root = temporaryFolder();
});

afterEach(() => removeFolder(root));

describe('generated files', () => {
  const artefact = { files: { 'docs/a.md': 'a', 'docs/deep/b.md': 'b' } };

  test('differ by name when they are missing or have other content', async () => {
    put('docs/a.md', 'something else');
    expect(await differences(artefact, root)).toEqual(['docs/a.md', 'docs/deep/b.md']);
  });

  test('do not differ once they are written', async () => {
    expect(await write(artefact, root)).toEqual(['docs/a.md', 'docs/deep/b.md']);
    expect(readFileSync(join(root, 'docs/deep/b.md'), 'utf8')).toBe('b');
    expect(await differences(artefact, root)).toEqual([]);
    expect(await write(artefact, root)).toEqual([]);
  });

  test('leave a folder that others use alone', async () => {
    put('docs/by-hand.md', 'mine');
    await write(artefact, root);
    expect(existsSync(join(root, 'docs/by-hand.md'))).toBe(true);
  });

  test('have their own folder to themselves', async () => {
    const alone = { ...artefact, folders: ['docs'] };
    put('docs/old/left-over.md', 'from an earlier version');
    expect(await differences(alone, root)).toContain('docs/old/left-over.md');
    await write(alone, root);
    expect(existsSync(join(root, 'docs/old/left-over.md'))).toBe(false);
  });
});

describe('what a program writes into a folder', () => {
  test('is read as contents by path, and the folder goes', async () => {
    let used = '';
    const made = await filesMadeBy((folder) => {
      used = folder;
      mkdirSync(join(folder, 'templates'));
      writeFileSync(join(folder, 'templates/role.yaml'), 'role');
      writeFileSync(join(folder, 'Chart.yaml'), 'chart');
    });
    expect(made).toEqual({ 'Chart.yaml': 'chart', 'templates/role.yaml': 'role' });
    expect(existsSync(used)).toBe(false);
  });

  test('goes with the folder when the program fails', async () => {
    let used = '';
    const failing = filesMadeBy((folder) => {
      used = folder;
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(existsSync(used)).toBe(false);
  });
});
