import type { ResultOf } from 'gql.tada';
import { idOf } from '../../control-plane/names';
import type { ApiClient } from '../api/client';
import { WEBHOOKS } from '../api/documents';
import { UserError } from '../run-program';

export type Webhook = ResultOf<typeof WEBHOOKS>['webhooks'][number];

/** @throws UserError when there is none */
export async function findWebhook(client: ApiClient, nameOrId: string): Promise<Webhook> {
  const { webhooks } = await client.query(WEBHOOKS);
  const found = webhooks.find(({ id }) => id === idOf(nameOrId)) ?? webhooks.find(({ name }) => name === nameOrId);
  if (!found) throw new UserError(`webhook ${nameOrId} not found`);
  return found;
}
