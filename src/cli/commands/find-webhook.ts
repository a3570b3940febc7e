import type { ResultOf } from 'gql.tada';
import type { ApiClient } from '../api/client';
import { WEBHOOKS } from '../api/documents';
import { named } from '../api/named';

export type Webhook = ResultOf<typeof WEBHOOKS>['webhooks'][number];

/** @throws UserError when there is none, or more than one of that name */
export const findWebhook = async (client: ApiClient, nameOrId: string): Promise<Webhook> =>
  named((await client.query(WEBHOOKS)).webhooks, nameOrId, { what: 'webhook', list: 'webhook list' });
