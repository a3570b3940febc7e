import type { ResultOf } from 'gql.tada';
import type { UserError } from '../run-program';
import type { ApiClient } from '../api/client';
import { POOL_NAMES } from '../api/documents';
import { named, noneNamed } from '../api/named';

type PoolName = ResultOf<typeof POOL_NAMES>['workerPools'][number];

const WORDS = { what: 'worker pool', list: 'pool list' } as const;

/** @throws UserError when there is none, or more than one of that name */
export const findPool = async (client: ApiClient, nameOrId: string): Promise<PoolName> =>
  named((await client.query(POOL_NAMES)).workerPools, nameOrId, WORDS);

/** Also of one that went away meanwhile. */
export const poolNotFound = (nameOrId: string): UserError => noneNamed(nameOrId, WORDS);
