import { createHash } from 'node:crypto';
import { createReadStream, cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { create } from 'tar';
import { thisPlatform } from '../platform';

/** A file that is put into a layer. */
export interface LayerFile {
  /** On this machine. */
  readonly from: string;
  /** Absolute, in the image. */
  readonly to: string;
}

export interface ArchiveSpec {
  /** The image's whole name, for example `localhost/pause:1`. */
  readonly name: string;
  /** Uncompressed tar files, lowest first. */
  readonly layers: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
}

/** Writes a tar file with the given files, all executable, to be a layer. */
export async function writeLayer(files: readonly LayerFile[], target: string): Promise<void> {
  const root = `${target}.unfinished`;
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root);
  try {
    for (const { from, to } of files) {
      const path = join(root, to);
      mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
      cpSync(from, path, { dereference: true });
    }
    // Equal content gives equal bytes, so that its digest tells whether something changed.
    const entries = [...new Set(files.map(({ to }) => to.split('/')[1] ?? ''))].sort();
    await create({ file: target, cwd: root, portable: true, mtime: new Date(0) }, entries);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Writes an image the way `docker save` does, which containerd, Docker, Podman and Buildah all read. */
export async function writeDockerArchive(spec: ArchiveSpec, target: string): Promise<void> {
  const folder = `${target}.unfinished`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  try {
    const names: string[] = [];
    const diffIds: string[] = [];
    for (const layer of spec.layers) {
      const digest = await sha256(layer);
      const name = `${digest}.tar`;
      if (!names.includes(name)) cpSync(layer, join(folder, name));
      names.push(name);
      diffIds.push(`sha256:${digest}`);
    }
    const config = JSON.stringify({
      architecture: thisPlatform().arch,
      os: 'linux',
      created: new Date(0).toISOString(),
      config: {
        Entrypoint: spec.entrypoint,
        Cmd: spec.command,
        Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
        Labels: spec.labels,
      },
      rootfs: { type: 'layers', diff_ids: diffIds },
    });
    const configName = `${createHash('sha256').update(config).digest('hex')}.json`;
    writeFileSync(join(folder, configName), config);
    const manifest = [{ Config: configName, RepoTags: [spec.name], Layers: names }];
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
    const unfinished = join(folder, basename(target));
    const content = ['manifest.json', configName, ...new Set(names)];
    await create({ file: unfinished, cwd: folder, portable: true }, content);
    renameSync(unfinished, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
