import { ApiKeys, type ApiKeyParts } from '../../../src/control-plane/identity/api-keys';
import type { KeyFiles } from '../../../src/control-plane/key-files';
import type { Store } from '../../../src/control-plane/store';

/** Keys without any in the database. */
const noStore = {
  read: { apiKeys: { find: () => Promise.resolve(undefined) } },
} as unknown as Store;

export const openApiKeys = (keys: KeyFiles, given: Partial<ApiKeyParts> = {}): ApiKeys =>
  ApiKeys.open({
    keys,
    given: undefined,
    store: noStore,
    audience: () => 'https://control-plane.example',
    now: Date.now,
    ...given,
  });
