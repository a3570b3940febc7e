import { existsSync, readdirSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureBinaries, VERSIONS } from '../binaries';
import { cachePath } from '../cache';
import { LocalClusterError } from '../errors';
import { run } from '../exec';
import { thisPlatform } from '../platform';
import { task, type Progress } from '../progress';
import { writeDockerArchive, writeLayer } from './docker-archive';

const DEBIAN = 'bookworm';
const PACKAGES = ['ca-certificates', 'git', 'openssh-client', 'procps'];

interface StandIn {
  /** Whether it can take the place of an image of that name. */
  readonly matches: RegExp;
  /** What it is made of: other ingredients make another archive. */
  readonly ingredients: string;
  build(name: string, archive: string, progress: Progress): Promise<void>;
}

/**
 * What takes the place of a base image that no registry can be asked for: the same Debian release from its packages,
 * Node from the npm package, OpenTofu from its sources.
 */
const STAND_INS: readonly StandIn[] = [
  {
    matches: /(^|\/)debian:bookworm(-slim)?$/,
    ingredients: DEBIAN,
    build: async (name, archive, progress) =>
      writeDockerArchive({ name, layers: [await debianLayer(progress)], command: ['bash'] }, archive),
  },
  {
    matches: /(^|\/)node:24(\.[\d.]+)?-bookworm(-slim)?$/,
    ingredients: `${DEBIAN}-node-${process.version}`,
    build: async (name, archive, progress) => {
      const layers = [await debianLayer(progress), await programLayer('node', nodeProgram())];
      await writeDockerArchive({ name, layers, command: ['node'] }, archive);
    },
  },
  {
    matches: /(^|\/)opentofu:1\.\d+(\.\d+)?(-minimal)?$/,
    ingredients: `tofu-${VERSIONS.tofu}`,
    build: async (name, archive, progress) => {
      const { tofu } = await ensureBinaries(['tofu'], progress);
      const layers = [await programLayer('tofu', tofu)];
      await writeDockerArchive({ name, layers, entrypoint: ['/usr/local/bin/tofu'] }, archive);
    },
  },
];

/** Where no registry answers: an archive of an image that does what the named one is used for here. */
export async function standIn(name: string, progress: Progress): Promise<string> {
  const plain = withoutDigest(name);
  const recipe = recipeFor(plain);
  if (!recipe) {
    throw new LocalClusterError(
      `the base image ${name} cannot be pulled, and there is no way to make it here; known are debian:bookworm-slim, node:24-bookworm-slim and opentofu:1.10-minimal`,
    );
  }
  const archive = archivePath(plain, recipe);
  if (!existsSync(archive)) {
    await task(progress, `making a stand-in for the image ${plain}`, 'once', () =>
      recipe.build(plain, archive, progress),
    );
    for (const older of archivesOf(plain)) if (older !== archive) await rm(older);
  }
  return archive;
}

/** Whether the builder's image of that name can only be a stand-in of other ingredients than today's. */
export function standInIsOutdated(name: string): boolean {
  const plain = withoutDigest(name);
  const recipe = recipeFor(plain);
  return recipe !== undefined && archivesOf(plain).length > 0 && !existsSync(archivePath(plain, recipe));
}

function recipeFor(plain: string): StandIn | undefined {
  return STAND_INS.find(({ matches }) => matches.test(plain));
}

function withoutDigest(name: string): string {
  return name.replace(/@sha256:.*$/, '');
}

function archivePath(plain: string, { ingredients }: StandIn): string {
  return join(cachePath('images'), `${archivePrefix(plain)}${ingredients}-${thisPlatform().arch}.tar`);
}

function archivesOf(plain: string): string[] {
  const folder = cachePath('images');
  return readdirSync(folder)
    .filter((name) => name.startsWith(archivePrefix(plain)))
    .map((name) => join(folder, name));
}

function archivePrefix(plain: string): string {
  return `base-${plain.replace(/[^\w.-]+/g, '_')}~`;
}

async function debianLayer(progress: Progress): Promise<string> {
  const layer = join(cachePath('images'), `debian-${DEBIAN}-${thisPlatform().arch}.layer`);
  if (existsSync(layer)) return layer;
  progress.update(`laying down Debian ${DEBIAN} from its packages, about a minute`);
  const unfinished = `${layer}.unfinished.tar`;
  try {
    const include = `--include=${PACKAGES.join(',')}`;
    await run('mmdebstrap', ['--variant=apt', include, DEBIAN, unfinished], {
      onLine: (line) => progress.update(line),
    });
    await rename(unfinished, layer);
  } finally {
    await rm(unfinished, { force: true });
  }
  return layer;
}

async function programLayer(name: string, program: string): Promise<string> {
  const layer = join(cachePath('images'), `program-${name}-${thisPlatform().arch}.layer`);
  await writeLayer([{ from: program, to: `/usr/local/bin/${name}` }], layer);
  return layer;
}

/** The one that this process runs on, as the images are for the same system. */
function nodeProgram(): string {
  if (!process.version.startsWith('v24.')) {
    throw new LocalClusterError(`the images need Node 24, and this is ${process.version}; start this with \`npm run\``);
  }
  return process.execPath;
}
