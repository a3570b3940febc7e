import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { CONTROL_PLANE_METRICS as METRICS } from '../../../src/api/control-plane-metrics';
import { watchGauges, type Sources } from '../../../src/control-plane/observability/gauges';
import { RUN_LEASE_MS, SESSION_LEASE_MS } from '../../../src/protocol/leases';
import { temporaryFolder } from '../../support/folder';
import { describeOnEachDatabase } from '../support/databases';
import { TestQueue, type OpenDatabase } from '../support/queue';

const well = { isUsable: true, takesUploads: true, sentence: '' };

type Values = Readonly<Record<string, number>>;

describeOnEachDatabase('what is looked at when somebody asks', (database) => {
  let open: OpenDatabase | undefined;
  let queue: TestQueue;

  beforeEach(async () => {
    open = await database();
    queue = await TestQueue.ready(temporaryFolder(), open);
  });

  afterEach(() => queue?.close());

  /** The values of a metric by its only label, or ''. */
  async function look({ name }: { readonly name: string }, given: Partial<Sources> = {}): Promise<Values> {
    const registry = new Registry();
    watchGauges(registry, {
      store: queue.context.store,
      checks: [],
      dataDir: queue.folder,
      version: '1',
      blobs: { health: () => Promise.resolve(well) },
      mqttConnections: () => undefined,
      outsideBroker: undefined,
      certificates: () => ({}),
      ...given,
    });
    const metric = (await registry.getMetricsAsJSON()).find((each) => each.name === name);
    return Object.fromEntries(
      (metric?.values ?? []).map(({ labels, value }) => [Object.values(labels).join(), Number(value)]),
    );
  }

  test('leases are counted, with the oldest of each kind and those near their end', async () => {
    expect(await look(METRICS.leases)).toEqual({ session: 0, run: 0 });
    expect(await look(METRICS.oldestLease)).toEqual({ session: 0, run: 0 });
    await queue.started();
    expect(await look(METRICS.leases)).toEqual({ session: 1, run: 1 });
    expect(await look(METRICS.leasesEnding)).toEqual({ session: 0, run: 0 });

    const most = (SESSION_LEASE_MS * 2) / 3 / 1000;
    await queue.pass(most);
    expect(await look(METRICS.leasesEnding)).toEqual({ session: 0, run: 0 });
    await queue.pass(1);
    expect(await look(METRICS.leasesEnding)).toEqual({ session: 1, run: 0 });
    expect(await look(METRICS.oldestLease)).toEqual({ session: most + 1, run: most + 1 });

    await queue.beat();
    expect(await look(METRICS.leasesEnding)).toEqual({ session: 0, run: 0 });
    expect(await look(METRICS.oldestLease)).toEqual({ session: 0, run: most + 1 });
  });

  test('a run whose lease has run out still counts as near its end; a session that is silent does not', async () => {
    await queue.started();
    await queue.pass(RUN_LEASE_MS / 1000 + 1);
    expect(await look(METRICS.leasesEnding)).toEqual({ session: 0, run: 1 });
    expect(await look(METRICS.leases)).toEqual({ session: 0, run: 1 });
    expect(await look(METRICS.sessions)).toEqual({ alive: 0, silent: 1 });
  });

  test('the connections to the database are shown by pool', async () => {
    const connections = await look(METRICS.databaseConnections);
    expect(Object.keys(connections).sort()).toEqual([
      'reads,idle',
      'reads,used',
      'transactions,idle',
      'transactions,used',
    ]);
    expect(await look(METRICS.databaseWaiting)).toEqual({ transactions: 0, reads: 0 });
  });

  test('of a broker outside there is a series only where there is one', async () => {
    expect(await look(METRICS.brokerConnected)).toEqual({});
    const outsideBroker = { isConnected: false, waitingBytes: 7 };
    expect(await look(METRICS.brokerConnected, { outsideBroker })).toEqual({ '': 0 });
    expect(await look(METRICS.brokerWaitingBytes, { outsideBroker })).toEqual({ '': 7 });
  });

  test('whether uploads are taken, and when certificates end, is shown', async () => {
    const blobs = { health: () => Promise.resolve({ ...well, takesUploads: false, sentence: 'full' }) };
    expect(await look(METRICS.takesUploads, { blobs })).toEqual({ '': 0 });
    const certificates = () => ({ server: 2_000_000_000_000, broker_client: undefined });
    expect(await look(METRICS.certificateEnds, { certificates })).toEqual({ server: 2_000_000_000 });
  });
});
