import { createHash, type Hash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { VERSIONS } from '../binaries';
import { cachePath } from '../cache';
import { LocalClusterError } from '../errors';
import { withLock } from '../lock';
import { plainLines, task, type Progress } from '../progress';
import { ingredientsOf, standIn } from './base-images';
import { chooseBuilder, type ImageBuilder } from './builders';
import { readDockerfile } from './dockerfile';
import type { ImageArchive } from './system-images';

export interface ImageSpec {
  /** For example `controller`; the image becomes `localhost/worker-pools-controller`. */
  readonly name: string;
  /** Path of the Dockerfile. */
  readonly dockerfile: string;
  /** The folder that its COPY paths are relative to; only what it copies is read. */
  readonly context: string;
}

/**
 * Builds the images whose Dockerfile or copied files changed since the last time; the tag is a digest of those. Base
 * images are pulled; where no registry answers, stand-ins are made of Debian packages and Go modules.
 */
export async function buildImages(
  specs: readonly ImageSpec[],
  progress: Progress = plainLines,
): Promise<ImageArchive[]> {
  const images: ImageArchive[] = [];
  let builder: ImageBuilder | undefined;
  for (const spec of specs) {
    const image = imageOf(spec);
    images.push(image);
    await withLock(`${image.archive}.lock`, async () => {
      if (existsSync(image.archive)) return;
      builder ??= await chooseBuilder();
      await ensureBases(builder, spec, progress);
      await build(builder, spec, image, progress);
    });
  }
  return images;
}

/** The image that a spec gives, whether it was built yet or not. */
export function imageOf(spec: ImageSpec): ImageArchive {
  const digest = contentDigest(spec).slice(0, 12);
  const file = `worker-pools-${spec.name}`;
  return { name: `localhost/${file}:${digest}`, archive: join(cachePath('images'), `${file}-${digest}.tar`) };
}

async function build(builder: ImageBuilder, spec: ImageSpec, image: ImageArchive, progress: Progress): Promise<void> {
  const scratch = `${image.archive}.unfinished`;
  try {
    const context = join(scratch, 'context');
    // An interrupted attempt may have left its own.
    rmSync(scratch, { recursive: true, force: true });
    mkdirSync(context, { recursive: true });
    for (const input of inputsOf(spec)) cpSync(join(spec.context, input), join(context, input), { recursive: true });
    const dockerfile = join(scratch, 'Dockerfile');
    cpSync(spec.dockerfile, dockerfile);
    const archive = join(scratch, 'image.tar');
    // The steps of the Dockerfile, without what each has to say.
    const onLine = (line: string): void => {
      if (/^(STEP|#\d+ \[)/.test(line)) progress.update(line);
    };
    await task(progress, `building the image ${spec.name}`, 'when its files have changed', () =>
      builder.build({ name: image.name, dockerfile, context, archive, onLine }),
    );
    removeOlder(spec, image);
    renameSync(archive, image.archive);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Asked of registries once: whoever is offline stays so for the rest of the process. */
let registryAnswers = true;

async function ensureBases(builder: ImageBuilder, spec: ImageSpec, progress: Progress): Promise<void> {
  for (const base of readDockerfile(readFileSync(spec.dockerfile, 'utf8')).bases) {
    const present = await builder.inspect(base);
    if (present && (present.standIn === undefined || present.standIn === ingredientsOf(base))) continue;
    await task(progress, `getting the base image ${base}`, 'once', async () => {
      registryAnswers &&= await builder.pull(base);
      if (registryAnswers) return;
      progress.update('no registry has it for this platform; building a stand-in from packages');
      await builder.load(await standIn(base, progress));
    });
  }
}

function inputsOf({ dockerfile, context }: ImageSpec): readonly string[] {
  const { inputs } = readDockerfile(readFileSync(dockerfile, 'utf8'));
  const missing = inputs.find((input) => !existsSync(join(context, input)));
  if (missing) {
    throw new LocalClusterError(
      `${dockerfile} copies ${missing}, which is not in ${context}; \`npm run build\` makes dist/`,
    );
  }
  return inputs;
}

function contentDigest(spec: ImageSpec): string {
  const hash = createHash('sha256');
  // What stand-ins are made of.
  hash.update(JSON.stringify([VERSIONS.tofu, VERSIONS.opa, process.version, process.arch]));
  hash.update(readFileSync(spec.dockerfile));
  for (const input of [...inputsOf(spec)].sort()) addPath(hash, spec.context, input);
  return hash.digest('hex');
}

function addPath(hash: Hash, root: string, path: string): void {
  const full = join(root, path);
  const stat = statSync(full);
  if (stat.isDirectory()) {
    for (const name of readdirSync(full).sort()) addPath(hash, root, join(path, name));
    return;
  }
  const content = readFileSync(full);
  hash.update(`${path}\0${stat.mode & 0o111}\0${content.length}\0`).update(content);
}

/** One archive an image is enough: they are large. */
function removeOlder(spec: ImageSpec, image: ImageArchive): void {
  const older = new RegExp(`^worker-pools-${spec.name}-[0-9a-f]{12}\\.tar$`);
  for (const name of readdirSync(cachePath('images'))) {
    if (older.test(name) && name !== basename(image.archive)) rmSync(join(cachePath('images'), name));
  }
}
