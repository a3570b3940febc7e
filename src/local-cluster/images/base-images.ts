import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureBinaries, VERSIONS } from '../binaries';
import { cachePath } from '../cache';
import { LocalClusterError } from '../errors';
import { run } from '../exec';
import { withLock } from '../lock';
import { thisPlatform } from '../platform';
import type { Progress } from '../progress';
import { writeDockerArchive, writeLayer, type ArchiveSpec } from './docker-archive';

/** Marks an image as one of ours, and says what it was made of. */
export const STAND_IN_LABEL = 'cdk8s-worker-pools.stand-in';

const DEBIAN = 'bookworm';
const NODE = `${DEBIAN}-node-${process.version}`;
const TOFU = `tofu-${VERSIONS.tofu}`;
const OPA = `opa-${VERSIONS.opa}`;
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
 * Node from the npm package, OpenTofu and OPA from their sources.
 */
const STAND_INS: readonly StandIn[] = [
  {
    matches: /(^|\/)debian:bookworm(-slim)?$/,
    ingredients: DEBIAN,
    build: async (name, archive, progress) =>
      writeStandIn({ name, layers: [await debianLayer(progress)], command: ['bash'] }, DEBIAN, archive),
  },
  {
    matches: /(^|\/)node:24(\.[\d.]+)?-bookworm(-slim)?$/,
    ingredients: NODE,
    build: async (name, archive, progress) => {
      const layers = [await debianLayer(progress), await programLayer('node', nodeProgram())];
      await writeStandIn({ name, layers, command: ['node'] }, NODE, archive);
    },
  },
  {
    matches: /(^|\/)opentofu:1\.\d+(\.\d+)?(-minimal)?$/,
    ingredients: TOFU,
    build: async (name, archive, progress) => {
      const { tofu } = await ensureBinaries(['tofu'], progress);
      const layers = [await programLayer('tofu', tofu)];
      await writeStandIn({ name, layers, entrypoint: ['/usr/local/bin/tofu'] }, TOFU, archive);
    },
  },
  {
    matches: /(^|\/)opa:1\.\d+\.\d+-static$/,
    ingredients: OPA,
    build: async (name, archive, progress) => {
      const { opa } = await ensureBinaries(['opa'], progress);
      const layers = [await programLayer('opa', opa, '/opa')];
      await writeStandIn({ name, layers, entrypoint: ['/opa'] }, OPA, archive);
    },
  },
];

/** Where no registry answers: an archive of an image that does what the named one is used for here. */
export async function standIn(name: string, progress: Progress): Promise<string> {
  const plain = withoutDigest(name);
  const recipe = recipeFor(plain);
  if (!recipe) {
    throw new LocalClusterError(
      `the base image ${name} cannot be pulled, and there is no way to make it here; known are debian:${DEBIAN}-slim, node:24-${DEBIAN}-slim, opentofu:${VERSIONS.tofu}-minimal and opa:${VERSIONS.opa}-static`,
    );
  }
  const file = `base-${plain.replace(/[^\w.-]+/g, '_')}-${recipe.ingredients}-${thisPlatform().arch}.tar`;
  const archive = join(cachePath('images'), file);
  // All stand-ins share the Debian layer, so one is made at a time.
  await withLock(join(cachePath('images'), 'stand-ins.lock'), async () => {
    if (!existsSync(archive)) await recipe.build(plain, archive, progress);
  });
  return archive;
}

/** What a stand-in for that image is made of today; the label of the image says what it was made of. */
export function ingredientsOf(name: string): string | undefined {
  return recipeFor(withoutDigest(name))?.ingredients;
}

function recipeFor(plain: string): StandIn | undefined {
  return STAND_INS.find(({ matches }) => matches.test(plain));
}

function withoutDigest(name: string): string {
  return name.replace(/@sha256:.*$/, '');
}

function writeStandIn(spec: ArchiveSpec, ingredients: string, archive: string): Promise<void> {
  return writeDockerArchive({ ...spec, labels: { [STAND_IN_LABEL]: ingredients } }, archive);
}

async function debianLayer(progress: Progress): Promise<string> {
  const layer = join(cachePath('images'), `debian-${DEBIAN}-${thisPlatform().arch}.layer`);
  if (existsSync(layer)) return layer;
  progress.update(`unpacking Debian ${DEBIAN} from its packages, about a minute`);
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

async function programLayer(name: string, program: string, to = `/usr/local/bin/${name}`): Promise<string> {
  const layer = join(cachePath('images'), `program-${name}-${thisPlatform().arch}.layer`);
  await writeLayer([{ from: program, to }], layer);
  return layer;
}

/** The one that this process runs on, as the images are for the same system. */
function nodeProgram(): string {
  if (!process.version.startsWith('v24.')) {
    throw new LocalClusterError(`the images need Node 24, and this is ${process.version}; start this with \`npm run\``);
  }
  return process.execPath;
}
