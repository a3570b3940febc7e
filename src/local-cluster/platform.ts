import { delimiter } from 'node:path';
import which from 'which';
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

/** The path of a program on PATH or in one of the folders after it, as a shell would find it. */
export function onPath(program: string, folders: readonly string[] = []): string | undefined {
  // Debian keeps administration programs where an ordinary PATH does not look.
  const path = [process.env.PATH, ...folders, '/usr/sbin', '/sbin'].join(delimiter);
  return which.sync(program, { path, nothrow: true }) ?? undefined;
}
