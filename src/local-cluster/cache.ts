import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import envPaths from 'env-paths';

/**
 * The folder that keeps what is costly to make (binaries, tools, base images) between runs and between checkouts:
 * `WORKER_POOLS_CACHE`, else `cdk8s-worker-pools` in the system's folder for caches (`~/.cache` on Linux).
 */
function cacheFolder(): string {
  return process.env.WORKER_POOLS_CACHE || envPaths('cdk8s-worker-pools', { suffix: '' }).cache;
}

/** A folder below the cache, made when it is missing. */
export function cachePath(folder: string): string {
  const path = join(cacheFolder(), folder);
  mkdirSync(path, { recursive: true });
  return path;
}

/**
 * The folder that keeps what lives as long as a cluster of that name and goes with it: `WORKER_POOLS_STATE`, else
 * `cdk8s-worker-pools` below `XDG_STATE_HOME`, else below `~/.local/state`.
 */
export function stateFolder(name: string, env: NodeJS.ProcessEnv = process.env): string {
  const base =
    env.WORKER_POOLS_STATE || join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'cdk8s-worker-pools');
  return join(base, name);
}
