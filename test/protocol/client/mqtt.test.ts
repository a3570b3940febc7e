import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Aedes } from 'aedes';
import { connectMqtt } from '../../../src/protocol/client';
import { MqttRequest, readonlyTopic, replyTopic, writeonlyTopic } from '../../../src/protocol/mqtt-topics';
import type { ControlPlaneSession, SessionStatus } from '../../../src/protocol/session';
import { makePool, newWorker, TestControlPlane, type TestPool } from '../../control-plane/support/control-plane';
import { until } from '../../support/until';

const view = (id: string, revision: number) => ({ id, revision, drained: false, removed: false, assignment: null });

describe('a session over MQTT, with a broker that does as the test says,', () => {
  let pool: TestPool;
  let broker: Aedes;
  let server: Server;
  let session: ControlPlaneSession;
  let connections: number;
  let statuses: SessionStatus['state'][];
  let seen: string[];
  /** Operations that get no answer. */
  let swallowed: string[];

  beforeAll(async () => {
    const controlPlane = await TestControlPlane.start();
    pool = await makePool(controlPlane);
    await controlPlane.close();
  });

  beforeEach(async () => {
    [connections, statuses, seen, swallowed] = [0, [], [], []];
    broker = await Aedes.createBroker();
    server = createServer((socket) => {
      connections += 1;
      broker.handle(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    broker.authorizePublish = (_client, { topic, payload }, done) => {
      done(null);
      if (topic === writeonlyTopic(pool.id, 'session')) answer(payload.toString());
    };
    session = connectMqtt(
      {
        token: pool.token,
        endpoint: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
        privateKeyPem: pool.privateKeyPem,
        session: 'session',
        userAgent: 'test/1',
        backoff: { firstMs: 5, longestMs: 20 },
        waitSeconds: 0.05,
        answerTimeoutMs: 300,
      },
      { onView: ({ id }) => void seen.push(id), onStatus: ({ state }) => void statuses.push(state) },
    );
    await until(() => session.status.state === 'connected', 'the session connects');
  });

  afterEach(async () => {
    await session.close();
    await new Promise<void>((resolve) => broker.close(() => resolve()));
    await new Promise((resolve) => server.close(resolve));
  });

  function answer(text: string): void {
    const { op, id } = MqttRequest.parse(JSON.parse(text));
    if (swallowed.includes(op)) return;
    send(replyTopic(pool.id, 'session'), { id, body: { revision: 1, workers: [], unknown: [] } });
  }

  function send(topic: string, message: object): void {
    const payload = Buffer.from(JSON.stringify(message));
    broker.publish({ cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false }, () => undefined);
  }

  test('gives up the one request that is not answered, and keeps its connection while others are', async () => {
    swallowed = ['sync'];
    await expect(session.sync({ workers: [] })).rejects.toThrow('does not answer sync in time');
    expect(statuses).toEqual(['connected']);
    await session.register({ workers: [] });
    expect(connections).toBe(1);
  });

  test('makes a new connection when nothing comes over the old one any more', async () => {
    swallowed = ['sync', 'watch'];
    await expect(session.sync({ workers: [] })).rejects.toThrow();
    await until(() => statuses.includes('failed'), 'the session fails');
    swallowed = [];
    await until(() => session.status.state === 'connected', 'the session connects again');
    expect(connections).toBeGreaterThan(1);
  });

  test('hears of the Workers that its newest sync named, and of those registered since', async () => {
    const [former, kept, added] = [newWorker(), newWorker(), newWorker()];
    await session.register({ workers: [former, kept] });
    await session.sync({ workers: [{ id: kept.id, pod: null }] });
    await session.register({ workers: [added] });
    for (const { id } of [former, kept, added]) send(readonlyTopic(pool.id, id), view(id, 2));
    await until(() => seen.includes(added.id), 'the last view arrives');
    expect(seen).toEqual([kept.id, added.id]);
  });
});
