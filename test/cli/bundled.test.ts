import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { removeFolder, temporaryFolder } from '../support/folder';

interface Bundled {
  readonly isAllowed: (license: unknown) => boolean;
  readonly bundledPackages: (
    inputs: readonly string[],
  ) => { name: string; version: string; license: string; folder: string }[];
  readonly billOfMaterials: (about: object, packages: object[], lock: object) => { components: Component[] };
}

interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: object[];
}

const PROGRAM = '../../src/cli/bundled.mjs';
const { isAllowed, bundledPackages, billOfMaterials } = (await import(PROGRAM)) as Bundled;

describe('a license', () => {
  test.each<[unknown, boolean]>([
    ['MIT', true],
    ['(MIT OR GPL-3.0-only)', true],
    ['Apache-2.0 AND MIT', true],
    ['MIT AND LGPL-3.0-or-later', false],
    ['GPL-2.0-only', false],
    ['AGPL-3.0', false],
    ['SEE LICENSE IN LICENSE.md', false],
    ['UNLICENSED', false],
    [undefined, false],
    [{ type: 'MIT' }, false],
  ])('of a bundled package may be %j: %s', (license, allowed) => expect(isAllowed(license)).toBe(allowed));

  test('that is not allowed keeps a package out of the bundle, and says so', () => {
    const root = temporaryFolder();
    const folder = join(root, 'node_modules/copied');
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'copied', version: '1.0.0', license: 'GPL-3.0' }),
    );
    expect(() => bundledPackages([`${folder}/index.js`])).toThrow(/copied \(GPL-3.0\). Allowed are 0BSD, Apache-2.0/);
    removeFolder(root);
  });
});

test('the bill of materials of a program has the packages of its bundle as npm knows them', async () => {
  const { metafile } = await build({
    entryPoints: ['src/cli/entry/launcher.ts'],
    outdir: 'nowhere',
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    external: ['@swc/core', 'fsevents', 'pg-native'],
    logLevel: 'silent',
  });
  const lock = JSON.parse(execFileSync('cat', ['package-lock.json'], { encoding: 'utf8' })) as object;
  const packages = bundledPackages(Object.keys(metafile.inputs));
  const bill = billOfMaterials({ name: 'x', version: '1', license: 'MIT' }, packages, lock);
  const { components } = bill;
  expect(components.map(({ name }) => name)).toEqual(expect.arrayContaining(['tar', 'undici', 'zod']));
  expect(components.filter(({ hashes }) => hashes === undefined)).toEqual([]);
  // npm's own, of everything that is installed.
  const npm = execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  const known = new Map((JSON.parse(npm) as { components: Component[] }).components.map((one) => [one.purl, one]));
  expect(components.filter(({ purl }) => !known.has(purl))).toEqual([]);
  // npm tells none of a package that is also within another one.
  const theirs = components.map(({ purl, hashes }) => known.get(purl)?.hashes ?? hashes);
  expect(components.map(({ hashes }) => hashes)).toEqual(theirs);
  expect(components.filter(({ purl }) => known.get(purl)?.hashes).length).toBeGreaterThan(components.length / 2);
});
