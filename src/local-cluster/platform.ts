import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { LocalClusterError } from './errors';

/** Operating system and processor in the words that Go projects use in the names of their downloads. */
export interface Platform {
  readonly os: 'linux' | 'darwin';
  readonly arch: 'amd64' | 'arm64';
}

/** @throws LocalClusterError on systems for which nothing is published */
export function thisPlatform(os: string = process.platform, cpu: string = process.arch): Platform {
  const arch = { x64: 'amd64', arm64: 'arm64' }[cpu];
  if ((os !== 'linux' && os !== 'darwin') || !arch) {
    throw new LocalClusterError(
      `a local cluster needs Linux or macOS on x64 or arm64, and this is ${os} on ${cpu}; use --context NAME with a cluster of yours`,
    );
  }
  return { os, arch: arch as Platform['arch'] };
}

/** The path of a program on PATH, as a shell would find it. */
export function onPath(program: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  // Debian keeps administration programs where an ordinary PATH does not look.
  const folders = [...(env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
