import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { VERSIONS } from '../binaries';
import { cachePath } from '../cache';
import { withLock } from '../lock';
import { thisPlatform } from '../platform';
import { writeDockerArchive, writeLayer } from './docker-archive';

/** What holds a Pod's network namespace: it only sleeps. */
export const PAUSE_IMAGE = 'localhost/worker-pools-pause:1';

export const COREDNS_IMAGE = `localhost/worker-pools-coredns:${VERSIONS.coredns}`;

/** An image as a file that a container runtime can import. */
export interface ImageArchive {
  readonly name: string;
  readonly archive: string;
}

/** The two images that the node itself needs, made of one static program each. */
export async function systemImages(coredns: string): Promise<ImageArchive[]> {
  return [
    await singleProgramImage(PAUSE_IMAGE, '/bin/busybox', ['/bin/busybox', 'sleep', '2147483647']),
    await singleProgramImage(COREDNS_IMAGE, coredns, ['/bin/coredns']),
  ];
}

async function singleProgramImage(name: string, program: string, entrypoint: readonly string[]): Promise<ImageArchive> {
  const file = `${name.replace(/^.*\//, '').replace(':', '-')}-${thisPlatform().arch}.tar`;
  const archive = join(cachePath('images'), file);
  await withLock(`${archive}.lock`, async () => {
    if (!existsSync(archive)) await writeImage(name, archive, program, entrypoint);
  });
  return { name, archive };
}

async function writeImage(
  name: string,
  archive: string,
  program: string,
  entrypoint: readonly string[],
): Promise<void> {
  const layer = `${archive}.layer`;
  await writeLayer([{ from: program, to: entrypoint[0] ?? '' }], layer);
  await writeDockerArchive({ name, layers: [layer], entrypoint }, archive);
  await rm(layer);
}
