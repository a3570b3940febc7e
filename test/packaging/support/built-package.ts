import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { run } from '../../../src/local-cluster/exec';

/** Under this name the setup leaves the built package to the tests. */
export const BUILT_PACKAGE_VARIABLE = 'WORKER_POOLS_BUILT_PACKAGE';

/** What `npm pack` says about a tarball. */
export interface Packed {
  readonly filename: string;
  /** Bytes of the tarball. */
  readonly size: number;
  /** Bytes of its files. */
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

export interface BuiltPackage {
  /** A copy of the sources in which `npm run build` has run. */
  readonly folder: string;
  readonly tarball: string;
  readonly packed: Packed;
}

/** Everything that the build reads, so that nothing which lies about in the checkout gets into the tarball. */
const INGREDIENTS = [
  ...['src', 'imports', 'charts', 'LICENSE', 'README.md'],
  ...['package.json', 'package-lock.json', 'tsconfig.jsii.json'],
];

/** Builds and packs the package in a folder of its own, which goes when that fails. */
export async function buildPackage(): Promise<BuiltPackage> {
  const scratch = temporaryFolder('build');
  try {
    return await buildIn(scratch);
  } catch (error) {
    remove(scratch);
    throw error;
  }
}

async function buildIn(scratch: string): Promise<BuiltPackage> {
  const folder = join(scratch, 'package');
  mkdirSync(folder);
  for (const ingredient of INGREDIENTS) cpSync(ingredient, join(folder, ingredient), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  await run('npm', ['run', 'build'], { cwd: folder });
  const listing = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', scratch], {
    cwd: folder,
  });
  const [packed] = JSON.parse(listing) as Packed[];
  if (packed === undefined) throw new Error('npm pack made no tarball');
  return { folder, tarball: join(scratch, packed.filename), packed };
}

/** The package that the setup has built. */
export function builtPackage(): BuiltPackage {
  const text = process.env[BUILT_PACKAGE_VARIABLE];
  if (text === undefined) throw new Error('the package is not built; run this test as part of the project "packaging"');
  return JSON.parse(text) as BuiltPackage;
}

export function temporaryFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `worker-pools-${name}-`));
}

/** Paths of the files below a folder, with `/` between their parts, sorted. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

export const remove = (folder: string): void => rmSync(folder, { recursive: true, force: true });

/**
 * Packs the built package for other languages by jsii-pacmak, or only generates its code.
 *
 * @returns the folder with one folder a language
 */
export async function packLanguages(languages: readonly string[], flags: readonly string[] = []): Promise<string> {
  const { folder } = builtPackage();
  // The package is built; npm pack need not build it again.
  const env = { npm_config_ignore_scripts: 'true' };
  const args = ['--targets', ...languages, '--no-npmignore', '--no-parallel', ...flags];
  await run(join(folder, 'node_modules', '.bin', 'jsii-pacmak'), args, { cwd: folder, env });
  return join(folder, 'dist-jsii');
}
