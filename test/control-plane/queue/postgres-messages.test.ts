import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { INSTALL_TIMEOUT_MS } from '../../support/debian-package';
import { temporaryFolder } from '../../support/folder';
import { startPostgres, type PostgresServer } from '../../support/postgres';
import { PostgresTraffic } from '../../support/postgres-traffic';
import { newPostgres } from '../support/databases';
import { TestQueue } from '../support/queue';

/* To go to PostgreSQL and back costs more than a statement. */
describe('what goes to PostgreSQL', () => {
  let server: PostgresServer;
  let queue: TestQueue;
  let traffic: PostgresTraffic;

  beforeAll(async () => {
    server = await startPostgres();
  }, INSTALL_TIMEOUT_MS);

  afterAll(() => server?.stop());

  beforeEach(async () => {
    queue = await TestQueue.ready(temporaryFolder(), await newPostgres(server));
    traffic = PostgresTraffic.listen();
  });

  afterEach(async () => {
    traffic.stop();
    await queue.close();
  });

  const OPERATIONS: Record<string, () => Promise<() => Promise<unknown>>> = {
    'a trigger with no worker': () => Promise.resolve(() => queue.trigger()),
    'a trigger that a worker waits for': async () => {
      await queue.register();
      return () => queue.trigger();
    },
    'a watch after the lease clock has moved': async () => {
      await queue.register();
      const revision = await queue.context.store.read.pools.revision(queue.pool.id);
      await queue.pass(5);
      return () => queue.watch(revision, 0);
    },
  };

  test.each([
    // The stack by its name; then the stack, the run with what may run and which webhooks there are, the entry in the audit trail, and the commit with the topics.
    { operation: 'a trigger with no worker', statements: 9, messages: 5 },
    // What may run and who may take it goes with that entry; then what it changes.
    { operation: 'a trigger that a worker waits for', statements: 16, messages: 6 },
    // What there is to see; then the sign of life, for which nobody waits for the disk.
    { operation: 'a watch after the lease clock has moved', statements: 2, messages: 2 },
  ])('$operation: $statements statements in $messages messages', async ({ operation, ...cost }) => {
    const work = await OPERATIONS[operation]!();
    traffic.reset();
    await work();
    expect({ statements: traffic.statements, messages: traffic.messages }).toEqual(cost);
  });

  test('no sign of life waits for a transaction that holds its session', async () => {
    const { store } = queue.context;
    await queue.register();
    await queue.pass(5);
    const reading = await store.read.leaseClock.reading();
    const hearing = () => store.notes!.sessions.heardAgain(queue.pool.id, 'session', reading, undefined);
    await store.transaction(async (tx) => {
      await tx.sessions.lock(queue.pool.id, 'session');
      expect(await hearing()).toBe(false);
    });
    expect([await hearing(), await hearing()]).toEqual([true, false]);
  });
});
