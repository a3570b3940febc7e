import { join } from 'node:path';
import { cachePath } from '../cache';
import { LocalClusterError } from '../errors';
import { exec, run, type Exec, type ExecResult } from '../exec';
import { STAND_IN_LABEL } from './base-images';

const PULL_TIMEOUT_MS = 10 * 60_000;

export interface BuildRequest {
  readonly name: string;
  readonly dockerfile: string;
  readonly context: string;
  /** Where the finished image is written, as `docker save` writes it. */
  readonly archive: string;
  readonly onLine?: (line: string) => void;
}

/** A program that builds images of Dockerfiles. */
export interface ImageBuilder {
  readonly program: 'docker' | 'buildah';
  /** Undefined when it has no image of that name; else what a stand-in was made of, if it is one. */
  inspect(image: string): Promise<{ readonly standIn?: string } | undefined>;
  /** @returns whether a registry had it */
  pull(image: string): Promise<boolean>;
  /** Takes an image from an archive. */
  load(archive: string): Promise<void>;
  build(request: BuildRequest): Promise<void>;
  /** Pushes the image of an archive to a registry, with the credentials that the program knows. */
  push(archive: string, name: string, target: string): Promise<void>;
}

/**
 * Docker where its daemon answers, else Buildah, which needs none.
 *
 * @throws LocalClusterError where there is neither
 */
export async function chooseBuilder(execute: Exec = exec): Promise<ImageBuilder> {
  if (await dockerRuns(execute)) return docker(execute);
  if ((await execute('buildah', ['--version'])).exitCode === 0) return buildah(execute);
  throw new LocalClusterError(
    'images are built with Docker or buildah, and neither is installed: start Docker, or install buildah (`apt-get install buildah`) and run this again as root',
  );
}

export async function dockerRuns(execute: Exec = exec): Promise<boolean> {
  return (await execute('docker', ['info'], { timeoutMs: 10_000 })).exitCode === 0;
}

function docker(execute: Exec = exec): ImageBuilder {
  return {
    program: 'docker',
    inspect: async (image) =>
      standInOf(await execute('docker', ['image', 'inspect', '--format', label('.Config'), image])),
    pull: async (image) => (await execute('docker', ['pull', image], { timeoutMs: PULL_TIMEOUT_MS })).exitCode === 0,
    load: async (archive) => void (await run('docker', ['load', '--input', archive], { exec: execute })),
    build: async ({ name, dockerfile, context, archive, onLine }) => {
      await run('docker', ['build', '--tag', name, '--file', dockerfile, context], { exec: execute, onLine });
      await run('docker', ['save', '--output', archive, name], { exec: execute });
    },
    push: async (archive, name, target) => {
      await run('docker', ['load', '--input', archive], { exec: execute });
      await run('docker', ['tag', name, target], { exec: execute });
      await run('docker', ['push', target], { exec: execute });
    },
  };
}

/** Buildah with a store of its own, so that the machine's other images are left alone. */
function buildah(execute: Exec = exec): ImageBuilder {
  const store = ['--root', cachePath('buildah'), '--runroot', '/run/cdk8s-worker-pools/buildah'];
  const call = (...args: string[]): string[] => [...store, ...args];
  return {
    program: 'buildah',
    inspect: async (image) => {
      const args = call('inspect', '--type', 'image', '--format', label('.OCIv1.Config'), image);
      return standInOf(await execute('buildah', args));
    },
    pull: async (image) => {
      const args = call('pull', '--retry', '0', ...certificateFlags(image), qualified(image));
      return (await execute('buildah', args, { timeoutMs: PULL_TIMEOUT_MS })).exitCode === 0;
    },
    load: async (archive) => void (await run('buildah', call('pull', `docker-archive:${archive}`), { exec: execute })),
    build: async ({ name, dockerfile, context, archive, onLine }) => {
      // No container runtime is needed for chroot isolation, so that it also works inside of a container.
      const flags = ['--isolation', 'chroot', '--pull-never', '--layers=false', '--tag', name, '--file', dockerfile];
      await run('buildah', call('build', ...flags, context), { exec: execute, onLine });
      await run('buildah', call('push', name, `docker-archive:${archive}:${name}`), { exec: execute });
      await run('buildah', call('rmi', name), { exec: execute });
    },
    push: async (archive, name, target) => {
      await run('buildah', call('pull', `docker-archive:${archive}`), { exec: execute });
      await run('buildah', call('push', ...certificateFlags(target), name, `docker://${target}`), { exec: execute });
      await run('buildah', call('rmi', name), { exec: execute });
    },
  };
}

/** Docker does not ask the machine itself for a certificate either. */
function certificateFlags(image: string): string[] {
  return /^(localhost|127\.[\d.]+|\[::1\])(:|\/)/.test(image) ? ['--tls-verify=false'] : [];
}

/** A Go template for the label's value. */
function label(config: string): string {
  return `{{ index ${config}.Labels "${STAND_IN_LABEL}" }}`;
}

function standInOf({ exitCode, stdout }: ExecResult): { standIn?: string } | undefined {
  if (exitCode !== 0) return undefined;
  return { standIn: stdout.trim() || undefined };
}

/** Docker's short names in full, as Buildah would otherwise look for them in registries of its own choice. */
export function qualified(image: string): string {
  const [first = '', ...rest] = image.split('/');
  if (rest.length === 0) return join('docker.io/library', image);
  return /[.:]|^localhost$/.test(first) ? image : join('docker.io', image);
}
