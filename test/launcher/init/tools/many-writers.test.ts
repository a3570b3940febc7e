import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { releaseOf } from '../../../../src/launcher/init/tools/release';
import { ToolCache } from '../../../../src/launcher/init/tools/tool-cache';
import { removeFolder, temporaryFolder } from '../../../support/folder';

const WRITERS = 50;
const KIB = 1024;

let root: string;
let children: ChildProcess[] = [];
beforeEach(() => {
  root = temporaryFolder();
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  removeFolder(root);
});

/** The same kills in every run of the test, as far as the machine goes along. */
function randomSeries(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

test(`${WRITERS} processes on one cache, of which half are killed at any moment, never give anybody a broken archive`, async () => {
  const program = join(root, 'writer.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, '../../support/cache-process.ts')],
    outfile: program,
    ...{ bundle: true, platform: 'node', format: 'esm', logLevel: 'error' },
  });
  const archive = join(root, 'archive.zip');
  const content = randomBytes(256 * KIB);
  const sha256 = createHash('sha256').update(content).digest('hex');
  await writeFile(archive, content);
  const folder = join(root, 'cache');
  await mkdir(folder);

  const random = randomSeries(20);
  const writers = Array.from({ length: WRITERS }, (_, number) => {
    const child = spawn(process.execPath, [program, folder, archive, join(root, `own-${number}`), '3'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const isKilled = number % 2 === 0;
    const after = random() * 300;
    if (isKilled) child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), after));
    return { isKilled, said: text(child.stdout), exit: once(child, 'exit') as Promise<[number | null, string | null]> };
  });
  for (const { isKilled, said, exit } of writers) {
    const [code, signal] = await exit;
    // Who is quick is not killed.
    expect([0, ...(isKilled ? ['SIGKILL'] : [])]).toContain(code ?? signal);
    expect(await said).toBe('begun\n');
  }

  const tools = join(folder, 'tools');
  expect(await readdir(join(tools, 'set-aside'))).toEqual([]);
  expect(await readFile(join(tools, 'archives', `${sha256}.zip`))).toEqual(content);

  // What killed ones leave goes when it is old; on a quick machine nobody may have been killed in the midst of a file.
  const longAgo = new Date(0);
  await writeFile(join(tools, 'archives', `.${sha256}.zip.0.unfinished`), content.subarray(0, KIB));
  const leftovers = (await readdir(join(tools, 'archives'))).filter((name) => name.endsWith('.unfinished'));
  expect(leftovers.length).toBeGreaterThan(0);
  for (const name of leftovers) await utimes(join(tools, 'archives', name), longAgo, longAgo);
  const release = releaseOf({ name: 'OPENTOFU', version: '1.10.6' });
  const signed = { sums: Buffer.from('other'), signature: Buffer.from('') };
  await new ToolCache(folder, () => undefined).keep(release, signed, sha256, archive);
  expect((await readdir(join(tools, 'archives'))).sort()).toEqual([`${sha256}.used`, `${sha256}.zip`]);
});
