import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Metafile } from 'esbuild';
import { requireNode24 } from '../../src/cli/node-version';
import { removeFolder, temporaryFolder } from '../support/folder';

// The bundler takes its time where several suites share few processors.
/**
 * package.json allows Node 20, on which some libraries of the controller and the control plane cannot even be loaded.
 * Held by what is loaded before a command is chosen; test/packaging starts the built program on a real Node 20.
 */
describe('on the oldest Node of engines, the program loads', () => {
  const folder = temporaryFolder();
  let bundle: Metafile;

  afterAll(() => removeFolder(folder));

  beforeAll(async () => {
    const metafile = join(folder, 'meta.json');
    await promisify(execFile)(join('node_modules', '.bin', 'esbuild'), [
      'src/cli/main.ts',
      '--bundle',
      '--platform=node',
      '--format=esm',
      '--target=node20',
      '--external:@swc/core',
      '--log-level=error',
      `--metafile=${metafile}`,
      `--outfile=${join(folder, 'worker-pools.mjs')}`,
    ]);
    bundle = JSON.parse(readFileSync(metafile, 'utf8')) as Metafile;
  });

  test('only packages that say they run on it, until a command asks for more', () => {
    const packages = [...loadedAtOnce('src/cli/main.ts')].flatMap((path) => packageOf(path) ?? []);
    expect(packages.some((folder) => folder.endsWith('/commander'))).toBe(true);
    expect([...new Set(packages)].filter((folder) => !runsOnNode20(folder))).toEqual([]);
  });

  /** All that is evaluated before any `import()`. */
  function loadedAtOnce(path: string, known = new Set<string>()): Set<string> {
    known.add(path);
    for (const { path: next, kind, external } of bundle.inputs[path]?.imports ?? []) {
      if (!external && kind !== 'dynamic-import' && !known.has(next)) loadedAtOnce(next, known);
    }
    return known;
  }
});

function packageOf(path: string): string | undefined {
  return /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0];
}

function runsOnNode20(folder: string): boolean {
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest)) throw new Error(`${folder} is no package`);
  const { engines } = JSON.parse(readFileSync(manifest, 'utf8')) as { engines?: { node?: string } };
  const [lowest] = (engines?.node ?? '*').split('||').flatMap((range) => /\d+/.exec(range)?.[0] ?? '0');
  return Number(lowest) <= 20;
}

test('a command that needs more says which Node, and what works on this one', () => {
  expect(() => requireNode24('controller', '20.20.2')).toThrow(
    '`worker-pools controller` needs Node 24 or newer, and this is Node 20.20.2; pool, stack and run work here',
  );
  expect(() => requireNode24('controller', '24.0.0')).not.toThrow();
});
