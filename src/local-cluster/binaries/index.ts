import { cachePath } from '../cache';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const versions = { etcd: 'v3.6.4', 'kube-apiserver': 'v1.34.4' };

/** Paths of the named programs in the cache. */
export async function ensureBinaries<N extends keyof typeof versions>(names: readonly N[]): Promise<Record<N, string>> {
  const paths = {} as Record<N, string>;
  for (const name of names) {
    paths[name] = join(cachePath('bin'), `${name}-${versions[name]}-linux-amd64`);
    if (!existsSync(paths[name])) throw new Error(`${paths[name]} is missing`);
  }
  return Promise.resolve(paths);
}
