import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { connectMqtt } from '../../../src/protocol/client';
import {
  MqttRequest,
  PROOF_PROPERTY,
  readonlyTopic,
  replyTopic,
  writeonlyTopic,
} from '../../../src/protocol/mqtt-topics';
import type { ControlPlaneSession, SessionStatus } from '../../../src/protocol/session';
import { makePool, newWorker, TestControlPlane, type TestPool } from '../../control-plane/support/control-plane';
import { until } from '../../support/until';
import { ScriptedBroker } from './support/scripted-broker';

const view = (id: string, revision: number) => ({ id, revision, drained: false, removed: false, assignment: null });

describe('a session over MQTT, with a broker that does as the test says,', () => {
  let pool: TestPool;
  let broker: ScriptedBroker;
  let session: ControlPlaneSession;
  let statuses: SessionStatus[];
  let seen: string[];
  /** Operations that get no answer. */
  let swallowed: string[];
  /** Requests that came and are not answered. */
  let underWay: number;
  let proofs: unknown[];

  beforeAll(async () => {
    const controlPlane = await TestControlPlane.start();
    pool = await makePool(controlPlane);
    await controlPlane.close();
  });

  beforeEach(async () => {
    [statuses, seen, swallowed, underWay, proofs] = [[], [], [], 0, []];
    broker = await ScriptedBroker.start();
    broker.onPublish = ({ topic, payload, properties }) => {
      proofs.push(properties?.userProperties?.[PROOF_PROPERTY]);
      if (topic === writeonlyTopic(pool.id, 'session')) answer(payload.toString());
    };
  });

  afterEach(async () => {
    await session.close();
    await broker.close();
  });

  function open(): void {
    session = connectMqtt(
      {
        token: pool.token,
        endpoint: broker.url,
        privateKeyPem: pool.privateKeyPem,
        session: 'session',
        userAgent: 'test/1',
        backoff: { firstMs: 5, longestMs: 20 },
        waitSeconds: 0.05,
        answerTimeoutMs: 300,
      },
      { onView: ({ id }) => void seen.push(id), onStatus: (status) => void statuses.push(status) },
    );
  }

  async function connected(): Promise<void> {
    open();
    await until(() => session.status.state === 'connected', 'the session connects');
  }

  const failure = () => until(() => statuses.find(({ state }) => state === 'failed'), 'the session fails');

  function answer(text: string): void {
    const { op, id } = MqttRequest.parse(JSON.parse(text));
    if (swallowed.includes(op)) {
      underWay += 1;
      return;
    }
    broker.publish(replyTopic(pool.id, 'session'), { id, body: { revision: 1, workers: [], unknown: [] } });
  }

  test('gives up the one request that is not answered, and keeps its connection while others are', async () => {
    await connected();
    swallowed = ['sync'];
    await expect(session.sync({ workers: [] })).rejects.toThrow('does not answer sync in time');
    expect(statuses.map(({ state }) => state)).toEqual(['connected']);
    await session.register({ workers: [] });
    expect(broker.connections).toBe(1);
  });

  test('makes a new connection when nothing comes over the old one any more', async () => {
    await connected();
    swallowed = ['sync', 'watch'];
    await expect(session.sync({ workers: [] })).rejects.toThrow();
    await failure();
    swallowed = [];
    await until(() => session.status.state === 'connected', 'the session connects again');
    expect(broker.connections).toBeGreaterThan(1);
  });

  test('hears of the Workers that its newest sync named, and of those registered since', async () => {
    await connected();
    const [former, kept, added] = [newWorker(), newWorker(), newWorker()];
    await session.register({ workers: [former, kept] });
    await session.sync({ workers: [{ id: kept.id, pod: null }] });
    await session.register({ workers: [added] });
    for (const { id } of [former, kept, added]) broker.publish(readonlyTopic(pool.id, id), view(id, 2));
    await until(() => seen.includes(added.id), 'the last view arrives');
    expect(seen).toEqual([kept.id, added.id]);
  });

  test('brings a proof with each request', async () => {
    await connected();
    await session.sync({ workers: [] });
    expect(proofs.length).toBeGreaterThan(1);
    for (const proof of proofs) expect(proof).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  test('has no more requests under way than the broker takes', async () => {
    broker.connack = { properties: { receiveMaximum: 3 } };
    await connected();
    swallowed = ['sync'];
    const all = Promise.allSettled(Array.from({ length: 9 }, () => session.sync({ workers: [] })));
    await until(() => underWay > 0, 'requests come');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(underWay).toBe(3);
    await session.close();
    await all;
  });

  test.each<[string, number, string, SessionStatus]>([
    [
      'a CONNECT refused for its credentials',
      0x87,
      'the pool was reset',
      {
        state: 'failed',
        cause: 'rejected',
        message: expect.stringContaining('credentials of the pool: the pool was reset') as never,
      },
    ],
    [
      'a CONNECT refused for want of room',
      0x97,
      'the pool has 32 connections already',
      {
        state: 'failed',
        cause: 'unreachable',
        message: expect.stringContaining('the pool has 32 connections already') as never,
      },
    ],
  ])('tells of %s in the words of the broker', async (_, reasonCode, reasonString, status) => {
    broker.connack = { reasonCode, properties: { reasonString } };
    open();
    expect(await failure()).toEqual(status);
  });

  test('tells why the broker ended the connection', async () => {
    await connected();
    broker.send({ cmd: 'disconnect', reasonCode: 0x8b, properties: { reasonString: 'the control plane stops' } });
    broker.drop();
    expect(await failure()).toMatchObject({
      cause: 'unreachable',
      message: `${broker.url} closed the connection: the control plane stops`,
    });
  });

  test('says at once that nobody takes its requests from the broker', async () => {
    broker.puback = 0x10;
    broker.onPublish = () => undefined;
    open();
    expect(await failure()).toMatchObject({
      cause: 'unreachable',
      message: `the control plane is not connected to its broker ${broker.url}`,
    });
  });
});
