/*
 * A control plane, its clients, and a run Pod at `::1`, for a machine that has no other address: says on standard output how far they
 * came, in one JSON.
 */
import { ApiClient } from '../../../src/cli/api/client';
import { POOLS } from '../../../src/cli/api/documents';
import { connectMqtt, connectPoll } from '../../../src/protocol/client';
import { makePool, makeStack, newWorker, TestControlPlane } from '../../control-plane/support/control-plane';
import { TestPod } from '../../control-plane/support/pod';
import { freePort } from '../../support/own-servers';
import { until } from '../../support/until';

const host = '::1';

async function main(): Promise<void> {
  const [port, mqttPort, metricsPort] = [await freePort(host), await freePort(host), await freePort(host)];
  const controlPlane = await TestControlPlane.start({ host, port, mqttPort, metricsPort });
  const { url, ca, apiKey } = controlPlane;
  const pool = await makePool(controlPlane);
  const { token, privateKeyPem } = pool;
  await makeStack(controlPlane, pool.id);

  const client = new ApiClient({ url, ca, id: apiKey.id, secret: () => apiKey.secret });
  const { workerPools } = await client.query(POOLS);
  client.close();

  const runs: string[] = [];
  for (const [name, connect] of [
    ['poll', connectPoll],
    ['mqtt', connectMqtt],
  ] as const) {
    const assigned = new Map<string, TestPod>();
    const session = connect(
      { token, privateKeyPem, session: name, userAgent: 'test/1' },
      {
        onView: ({ id, assignment }) => void (assignment && assigned.set(id, new TestPod(pool, assignment))),
        onStatus: () => undefined,
      },
    );
    await until(() => session.status.state === 'connected', `the session over ${name} connects`);
    const worker = newWorker();
    await session.register({ workers: [worker] });
    const run = await controlPlane.admin.createRun({ stack: 'stack', type: 'PROPOSED' });
    const pod = await until(() => assigned.get(worker.id), `a run comes over ${name}`);
    await pod.start();
    await pod.outcome('Succeeded');
    await pod.close();
    runs.push((await controlPlane.admin.run(run.id))!.state);
    await session.close();
  }
  const metrics = await fetch(`${controlPlane.metricsUrl}/metrics`);
  process.stdout.write(
    JSON.stringify({
      endpoint: token.endpoint,
      mqtt: token.mqtt,
      pools: workerPools.length,
      runs,
      metrics: metrics.status,
    }),
  );
  await controlPlane.close();
}

void main();
