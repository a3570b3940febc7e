import type { ResultOf } from 'gql.tada';
import { idOf } from '../../control-plane/names';
import { UserError } from '../run-program';
import type { ApiClient } from '../api/client';
import { POOL_NAMES } from '../api/documents';

type PoolName = ResultOf<typeof POOL_NAMES>['workerPools'][number];

/** @throws UserError when there is none, or more than one of that name */
export async function findPool(client: ApiClient, nameOrId: string): Promise<PoolName> {
  const { workerPools } = await client.query(POOL_NAMES);
  const byId = workerPools.find(({ id }) => id === idOf(nameOrId));
  const [first, ...others] = byId ? [byId] : workerPools.filter(({ name }) => name === nameOrId);
  if (!first) throw poolNotFound(nameOrId);
  if (others.length > 0) throw new UserError(`${others.length + 1} pools are named ${nameOrId}: give the id`);
  return first;
}

/** Also of one that went away meanwhile. */
export const poolNotFound = (nameOrId: string): UserError =>
  new UserError(`worker pool ${nameOrId} not found: worker-pools pool list shows those that there are`);
