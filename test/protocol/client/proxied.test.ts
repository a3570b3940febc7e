import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { connectMqtt, connectPoll, type Connect } from '../../../src/protocol/client';
import type { ControlPlaneSession, SessionStatus } from '../../../src/protocol/session';
import type { WorkerView } from '../../../src/protocol/messages';
import { makePool, newWorker, TestControlPlane, type TestPool } from '../../control-plane/support/control-plane';
import { INSTALL_TIMEOUT_MS } from '../../support/debian-package';
import { freePort } from '../../support/own-servers';
import { PROXIED_HOST, Tinyproxy } from '../../support/tinyproxy';
import { until } from '../../support/until';

let pools = 0;
let controlPlane: TestControlPlane;
let pool: TestPool;
let proxy: Tinyproxy;

beforeAll(async () => {
  proxy = await Tinyproxy.start('Timeout 2');
  const [port, mqttPort] = [await freePort(), await freePort()];
  const publicUrl = `https://${PROXIED_HOST}:${port}`;
  controlPlane = await TestControlPlane.start({ port, mqttPort, publicUrl, tlsSans: [PROXIED_HOST] });
}, INSTALL_TIMEOUT_MS);

afterAll(async () => {
  await controlPlane.close();
  await proxy.stop();
});

const transports: [string, Connect, 'endpoint' | 'mqtt'][] = [
  ['HTTP long poll', connectPoll, 'endpoint'],
  ['MQTT', connectMqtt, 'mqtt'],
];

describe.each(transports)('a session over %s', (_, connect, where) => {
  let session: ControlPlaneSession | undefined;
  let statuses: SessionStatus[];
  let views: Map<string, WorkerView>;

  beforeEach(async () => {
    statuses = [];
    views = new Map();
    pool = await makePool(controlPlane, `pool-${pools++}`);
  });

  afterEach(async () => {
    await session?.close();
    delete process.env.HTTPS_PROXY;
    delete process.env.NO_PROXY;
  });

  function join(): ControlPlaneSession {
    const { token, privateKeyPem } = pool;
    const backoff = { firstMs: 5, longestMs: 20 };
    const options = { token, privateKeyPem, session: 's', userAgent: 'test/1', backoff, waitSeconds: 20 };
    const events = {
      onView: (view: WorkerView) => void views.set(view.id, view),
      onStatus: (one: SessionStatus) => void statuses.push(one),
    };
    session = connect(options, events);
    return session;
  }
  const asked = () => proxy.asked.filter((place) => place === new URL(pool.token[where]).host).length;

  test('goes through the proxy, and outlives tunnels that it cuts for their silence', async () => {
    process.env.HTTPS_PROXY = proxy.url;
    expect(pool.token[where]).toContain(PROXIED_HOST);
    const mine = join();
    await until(() => mine.status.state === 'connected', 'it is connected');
    const worker = newWorker();
    await mine.register({ workers: [worker] });
    const before = asked();
    expect(before).toBeGreaterThan(0);
    // Nothing is said for longer than the proxy keeps a tunnel.
    await until(() => asked() > before && mine.status.state === 'connected', 'the proxy is asked again');
    await controlPlane.admin.setDrained(pool.id, worker.id, true);
    await until(() => views.get(worker.id)?.drained, 'the view of its worker arrives');
  }, 20_000);

  test('says of a proxy that is down which it is', async () => {
    process.env.HTTPS_PROXY = `http://me:secret@127.0.0.1:${await freePort()}`;
    join();
    await until(() => statuses.some(({ state }) => state === 'failed'), 'it fails');
    const [failed] = statuses;
    expect(failed).toMatchObject({
      cause: 'unreachable',
      message: expect.stringMatching(
        new RegExp(
          `^the control plane at ${pool.token[where]} cannot be reached: the proxy http://127\\.0\\.0\\.1:\\d+, which HTTPS_PROXY names, cannot be reached: nothing listens there$`,
        ),
      ),
    });
  });

  test('asks no proxy for whom NO_PROXY lists', async () => {
    const before = asked();
    process.env.HTTPS_PROXY = proxy.url;
    process.env.NO_PROXY = '0.0.0.0/24';
    const mine = join();
    await until(() => mine.status.state === 'connected', 'it is connected');
    expect(asked()).toBe(before);
  });
});
