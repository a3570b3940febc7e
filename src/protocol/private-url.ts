import { isRepositoryPath } from './git-requests';

/** Of a pool of agents: letters, digits and marks that a URL has in the place of a host. */
export const VCS_AGENT_POOL_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** A repository behind agents. */
export interface PrivateRepository {
  /** Name of the pool of agents. */
  readonly pool: string;
  /** Path below the base endpoint of its agents. */
  readonly path: string;
}

/** Whether a URL is meant to name a repository behind agents. */
export const isPrivate = (url: string): boolean => /^private:/i.test(url);

/** Reads `private://POOL/path/of/the/repository.git`; undefined for what is none. */
export function parsePrivateUrl(url: string): PrivateRepository | undefined {
  const [, pool = '', path = ''] = /^private:\/\/([^/]*)\/(.*?)\/?$/i.exec(url) ?? [];
  return VCS_AGENT_POOL_NAME.test(pool) && isRepositoryPath(path) ? { pool, path } : undefined;
}
