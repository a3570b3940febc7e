import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import mqtt, { type MqttClient } from 'mqtt';
import { Agent, request } from 'undici';
import { ulid } from 'ulid';
import { Authority } from '../../src/control-plane/pki/authority';
import { KeyFiles } from '../../src/control-plane/key-files';
import { connectMqtt } from '../../src/protocol/client';
import type { WorkerView } from '../../src/protocol/messages';
import { readonlyTopic, replyTopic, writeonlyTopic } from '../../src/protocol/mqtt-topics';
import type { ControlPlaneSession, SessionStatus } from '../../src/protocol/session';
import { parseToken, type PoolToken } from '../../src/protocol/token';
import {
  makePool,
  makeStack,
  newWorker,
  TestControlPlane,
  type TestPool,
} from '../control-plane/support/control-plane';
import { makeKey } from '../control-plane/support/credentials';
import { TestPod } from '../control-plane/support/pod';
import { removeFolder, temporaryFolder } from '../support/folder';
import { INSTALL_TIMEOUT_MS } from '../support/debian-package';
import { Mosquitto } from '../support/mosquitto';
import { until } from '../support/until';

let controlPlane: TestControlPlane;
let broker: Mosquitto;
let sessions: ControlPlaneSession[] = [];
let clients: MqttClient[] = [];
const folder = temporaryFolder();

beforeAll(async () => {
  const authority = await Authority.open(
    KeyFiles.inDataFolder(folder, () => undefined),
    Date.now,
  );
  const server = await authority.issueServer(['127.0.0.1', 'localhost']);
  broker = await Mosquitto.start({
    'ca.crt': authority.certificatePem,
    'crl.pem': await authority.revocationList([]),
    'server.crt': server.certificate,
    'server.key': server.key,
  });
  controlPlane = await TestControlPlane.start({
    dataDir: folder,
    mqttPort: undefined,
    metricsPort: 0,
    mqttBroker: { url: broker.url },
  });
}, INSTALL_TIMEOUT_MS);

afterEach(async () => {
  await Promise.all(sessions.map((session) => session.close()));
  for (const client of clients) client.end(true);
  [sessions, clients] = [[], []];
});

afterAll(async () => {
  await controlPlane?.close();
  await broker?.stop();
  removeFolder(folder);
});

function join(pool: Pick<TestPool, 'token' | 'privateKeyPem'>, session = ulid()) {
  const views = new Map<string, WorkerView>();
  const statuses: SessionStatus[] = [];
  const opened = connectMqtt(
    {
      token: pool.token,
      privateKeyPem: pool.privateKeyPem,
      session,
      userAgent: 'test/1',
      backoff: { firstMs: 5, longestMs: 50 },
      waitSeconds: 1,
      answerTimeoutMs: 3000,
    },
    { onView: (view) => void views.set(view.id, view), onStatus: (status) => void statuses.push(status) },
  );
  sessions.push(opened);
  const connected = () =>
    until(() => opened.status.state === 'connected', `the session connects: ${JSON.stringify(statuses.slice(-3))}`);
  const failed = (cause: string) =>
    until(
      () => statuses.find((status) => status.state === 'failed' && status.cause === cause),
      `the session fails as ${cause}: ${JSON.stringify(statuses)}`,
    );
  return { session: opened, views, statuses, connected, failed };
}

/** A client that has a pool's certificate and does with it as it likes. */
async function rogue(
  token: PoolToken,
  privateKeyPem: string,
): Promise<{ client: MqttClient; heard: [string, string][] }> {
  const { certificate: cert, ca } = token;
  const client = mqtt.connect(broker.url, { protocolVersion: 5, cert, key: privateKeyPem, ca, reconnectPeriod: 0 });
  clients.push(client);
  const heard: [string, string][] = [];
  client.on('message', (topic, payload) => heard.push([topic, payload.toString()]));
  await new Promise<void>((resolve, reject) =>
    client
      .once('connect', () => resolve())
      .once('error', reject)
      .once('close', () => reject(new Error('closed'))),
  );
  client.on('error', () => undefined);
  return { client, heard };
}

/** As the documentation's script does. */
async function refreshList(): Promise<void> {
  const dispatcher = new Agent({ connect: { ca: controlPlane.ca } });
  const { body } = await request(`${controlPlane.url}/pki/crl.pem`, { dispatcher });
  broker.write('crl.pem', await body.text());
  await dispatcher.close();
}

test('a whole run goes over it', async () => {
  const pool = await makePool(controlPlane, 'whole');
  const { session, views, connected } = join(pool);
  await connected();
  const worker = newWorker();
  await session.register({ workers: [worker] });
  await makeStack(controlPlane, pool.id, 'whole');
  const run = await controlPlane.admin.createRun({ stack: 'whole', type: 'PROPOSED' });
  const assignment = await until(() => views.get(worker.id)?.assignment, 'an assignment is pushed');
  const pod = new TestPod(pool, assignment);
  await pod.start();
  await pod.outcome('Succeeded');
  await pod.close();
  const about = { workerId: worker.id, runId: run.id, attempt: assignment.attempt, fence: assignment.fence };
  expect(await session.report({ ...about, report: { kind: 'released' } })).toMatchObject({ accepted: true });
  expect((await session.retire({ workers: [worker.id] })).results).toEqual([{ id: worker.id, retired: true }]);
  await until(() => views.get(worker.id)?.removed, 'the view says removed');
  expect((await controlPlane.admin.run(run.id))?.state).toBe('FINISHED');
});

test('another pool can neither read nor write for mine, nor take its requests away', async () => {
  const [mine, other] = [await makePool(controlPlane, 'mine'), await makePool(controlPlane, 'other')];
  const { client, heard } = await rogue(other.token, other.privateKeyPem);
  const topics = ['#', readonlyTopic(other.id, '#'), readonlyTopic(mine.id, '#'), writeonlyTopic('+', '+')];
  for (const topic of [...topics, ...topics.map((topic) => `$share/control-plane/${topic}`)]) {
    await client.subscribeAsync(topic, { qos: 1 }).catch(() => undefined);
  }
  const { session, views, connected } = join(mine, 'session');
  await connected();
  const worker = newWorker();
  for (let i = 0; i < 10; i++) await session.register({ workers: [worker] });
  await controlPlane.admin.setDrained(mine.id, worker.id, true);
  await until(() => views.get(worker.id)?.drained, 'my view arrives');
  // What it may hear was published after mine, and the broker keeps the order for each of its clients.
  const theirs = join(other, 'session');
  await theirs.connected();
  const own = newWorker();
  await theirs.session.register({ workers: [own] });
  await controlPlane.admin.setDrained(other.id, own.id, true);
  await until(() => heard.some(([topic]) => topic === readonlyTopic(other.id, own.id)), 'its own view arrives');
  expect(heard.filter(([topic]) => topic.includes(mine.id))).toEqual([]);

  const forged = JSON.stringify({ ...views.get(worker.id), revision: 1_000_000, removed: true });
  const request = JSON.stringify({ op: 'retire', id: 'x', body: { session: 'session', workers: [worker.id] } });
  for (const [topic, message] of [
    [readonlyTopic(mine.id, worker.id), forged],
    [writeonlyTopic(mine.id, 'session'), request],
    [replyTopic(mine.id, 'session'), '{}'],
  ] as const) {
    await expect(client.publishAsync(topic, message, { qos: 1 })).rejects.toMatchObject({ code: 0x87 });
  }
  expect(views.get(worker.id)?.removed).toBe(false);
});

test('a pool that is reset is refused at once, and by the broker once it has the new list', async () => {
  const pool = await makePool(controlPlane, 'reset');
  const old = join(pool);
  await old.connected();
  const worker = newWorker();
  await old.session.register({ workers: [worker] });
  const listening = await rogue(pool.token, pool.privateKeyPem);
  await listening.client.subscribeAsync(readonlyTopic(pool.id, '#'), { qos: 1 });

  const key = await makeKey();
  const { config } = await controlPlane.admin.resetPool(pool.id, key.csr);
  await expect(old.session.sync({ workers: [] })).rejects.toMatchObject({ kind: 'rejected' });
  await controlPlane.admin.setDrained(pool.id, worker.id, true);

  await refreshList();
  await broker.reload();
  await expect(rogue(pool.token, pool.privateKeyPem)).rejects.toThrow(/certificate revoked/);
  await until(
    () => old.statuses.find((status) => status.state === 'failed' && /certificate of the pool/.test(status.message)),
    'the old session is told of the certificate',
  );

  await broker.restart();
  await until(() => !listening.client.connected, 'what was open with the old certificate ends');
  const heard = listening.heard.length;
  const fresh = join({ token: parseToken(config), privateKeyPem: key.privateKeyPem });
  await fresh.connected();
  const next = newWorker();
  await fresh.session.register({ workers: [next] });
  await controlPlane.admin.setDrained(pool.id, next.id, true);
  await until(() => fresh.views.get(next.id)?.drained, 'the view arrives by the new certificate');
  expect(listening.heard).toHaveLength(heard);
  expect(listening.heard.filter(([topic]) => !topic.endsWith('/reply'))).toEqual([]);
});

test('the broker goes and comes back: sessions do as well, and nothing is lost', async () => {
  const pool = await makePool(controlPlane, 'restart');
  const { session, views, connected, failed } = join(pool);
  await connected();
  const worker = newWorker();
  await session.register({ workers: [worker] });
  await makeStack(controlPlane, pool.id, 'restart');
  let runId = '';
  await broker.restart(async () => {
    await failed('unreachable');
    runId = (await controlPlane.admin.createRun({ stack: 'restart' })).id;
  });
  const view = await until(() => views.get(worker.id)?.assignment, 'the assignment arrives');
  expect(view.runId).toBe(runId);
  await connected();
});
