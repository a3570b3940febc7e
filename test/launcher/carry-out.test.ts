import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EXIT } from '../../src/protocol/exit-codes';
import { removeFolder, temporaryFolder } from '../support/folder';

const PROCESS = join(import.meta.dirname, 'support/carry-out-process.ts');

let root: string;
beforeEach(() => {
  root = temporaryFolder();
});
afterEach(() => removeFolder(root));

async function end(way: string): Promise<{ exitCode: unknown; lastWords: string }> {
  const words = join(root, 'termination-log');
  const child = spawn(process.execPath, ['--import', 'tsx', PROCESS, way, words], { stdio: 'ignore' });
  const [exitCode] = (await once(child, 'exit')) as [number | null];
  return { exitCode, lastWords: await readFile(words, 'utf8').catch(() => '') };
}

describe('a container of the launcher that', () => {
  test.each([
    { way: 'succeeds', exitCode: EXIT.ok, lastWords: '' },
    { way: 'says what is wrong', exitCode: EXIT.source, lastWords: 'The source is no archive.' },
    {
      way: 'throws what nobody expected',
      exitCode: EXIT.crashed,
      lastWords: 'The launcher failed: x is not a function',
    },
    { way: 'throws in a callback', exitCode: EXIT.crashed, lastWords: 'The launcher failed: in a callback' },
    {
      way: 'leaves a rejection to nobody',
      exitCode: EXIT.crashed,
      lastWords: 'The launcher failed: ENOSPC: no space left on device, write',
    },
    { way: 'is told to end', exitCode: EXIT.terminated, lastWords: 'The Pod is being ended.' },
  ])('$way ends with $exitCode and its last words', async ({ way, exitCode, lastWords }) => {
    expect(await end(way)).toEqual({ exitCode, lastWords });
  });

  test('crashes looks like no outcome that was handed on', () => {
    expect(Object.values(EXIT)).not.toContain(1);
  });
});
