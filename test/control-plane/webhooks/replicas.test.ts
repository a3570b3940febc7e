import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Deliverer, Destinations } from '../../../src/control-plane/webhooks';
import { INSTALL_TIMEOUT_MS } from '../../support/debian-package';
import { startPostgres, type PostgresServer } from '../../support/postgres';
import { until } from '../../support/until';
import { newPostgres } from '../support/databases';
import { TestQueue } from '../support/queue';
import { Receiver } from './support/receiver';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
}, INSTALL_TIMEOUT_MS);

afterAll(() => server?.stop());

test('two replicas deliver each change once, those of a run in their order', async () => {
  const one = await TestQueue.ready(undefined, await newPostgres(server));
  const other = await one.replica();
  const receiver = await Receiver.start();
  const deliverers = [one, other].map(
    ({ context }) =>
      new Deliverer(context, {
        destinations: new Destinations(['127.0.0.0/8']),
        publicUrl: () => 'https://pools.example.com',
        lookEveryMs: 20,
      }),
  );
  try {
    await one.admin.webhooks.create({ name: 'hook', endpoint: receiver.url, enabled: true });
    for (const deliverer of deliverers) deliverer.start();
    const runs = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const { admin } = index % 2 === 0 ? one : other;
        const { id } = await admin.createRun({ stack: 'stack', type: 'PROPOSED' });
        await admin.cancel(id);
        return id;
      }),
    );
    await until(() => receiver.received.length >= 40, 'all is told');
    expect(receiver.told.toSorted()).toEqual(runs.flatMap((id) => [`${id} CANCELED`, `${id} QUEUED`]).toSorted());
    for (const id of runs) {
      expect(receiver.told.filter((told) => told.startsWith(id))).toEqual([`${id} QUEUED`, `${id} CANCELED`]);
    }
  } finally {
    for (const deliverer of deliverers) await deliverer.close();
    await receiver.stop();
    await other.close();
    await one.close();
  }
});
