import { expect, test } from '@jest/globals';
import { LIMIT } from '../../../src/api/worker-pool/rules';
import { SyncRequest } from '../../../src/protocol/messages';

test('one sync tells of the largest pool while as many Workers more finish their runs', () => {
  const workers = Array.from({ length: 2 * LIMIT.poolSize }, (_, number) => ({
    id: `01J0000000000000000${String(number).padStart(7, '0')}`,
    pod: null,
  }));
  expect(SyncRequest.safeParse({ session: 'pool-uid', workers }).success).toBe(true);
});
