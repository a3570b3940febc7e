import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureBinaries } from '../binaries';
import { cachePath } from '../cache';
import { LocalClusterError } from '../errors';
import { run } from '../exec';
import { thisPlatform } from '../platform';
import { task, type Progress } from '../progress';
import { writeDockerArchive, writeLayer } from './docker-archive';

const DEBIAN = 'bookworm';
const PACKAGES = ['ca-certificates', 'git', 'openssh-client', 'procps'];

interface StandIn {
  /** Whether it can take the place of an image of that name, without its tag or digest. */
  readonly matches: RegExp;
  build(name: string, archive: string, progress: Progress): Promise<void>;
}

/**
 * What takes the place of a base image that no registry can be asked for: the same Debian release from its packages,
 * Node from the npm package, OpenTofu from its sources.
 */
const STAND_INS: readonly StandIn[] = [
  {
    matches: /(^|\/)debian:bookworm(-slim)?$/,
    build: async (name, archive, progress) =>
      writeDockerArchive({ name, layers: [await debianLayer(progress)], command: ['bash'] }, archive),
  },
  {
    matches: /(^|\/)node:24(\.[\d.]+)?-bookworm(-slim)?$/,
    build: async (name, archive, progress) => {
      const layers = [await debianLayer(progress), await programLayer('node', nodeProgram())];
      await writeDockerArchive({ name, layers, command: ['node'] }, archive);
    },
  },
  {
    matches: /(^|\/)opentofu:1\.\d+(\.\d+)?(-minimal)?$/,
    build: async (name, archive, progress) => {
      const { tofu } = await ensureBinaries(['tofu'], progress);
      await writeDockerArchive(
        { name, layers: [await programLayer('tofu', tofu)], entrypoint: ['/usr/local/bin/tofu'] },
        archive,
      );
    },
  },
];

/** Where no registry answers: an archive of an image that does what the named one is used for here. */
export async function standIn(name: string, progress: Progress): Promise<string> {
  const plain = name.replace(/@sha256:.*$/, '');
  const recipe = STAND_INS.find(({ matches }) => matches.test(plain));
  if (!recipe) {
    throw new LocalClusterError(
      `the base image ${name} cannot be pulled, and there is no way to make it here; known are debian:bookworm-slim, node:24-bookworm-slim and opentofu:1.10-minimal`,
    );
  }
  const file = `base-${plain.replace(/[^\w.-]+/g, '_')}-${thisPlatform().arch}.tar`;
  const archive = join(cachePath('images'), file);
  if (!existsSync(archive)) {
    await task(progress, `making a stand-in for the image ${plain}`, 'once', () =>
      recipe.build(name, archive, progress),
    );
  }
  return archive;
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

/** The one that this process runs on: Node 24, from the npm package. */
function nodeProgram(): string {
  return process.execPath;
}
