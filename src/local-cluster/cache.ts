import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The folder that keeps what is costly to make (binaries, tools, base images) between runs and between checkouts:
 * `WORKER_POOLS_CACHE`, else `cdk8s-worker-pools` below `XDG_CACHE_HOME`, else below `~/.cache`.
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.WORKER_POOLS_CACHE) return env.WORKER_POOLS_CACHE;
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'cdk8s-worker-pools');
}

/** A folder below the cache, made when it is missing. */
export function cachePath(folder: string, env: NodeJS.ProcessEnv = process.env): string {
  const path = join(cacheFolder(env), folder);
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
