import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Deliverer, Destinations } from '../../../src/control-plane/webhooks';
import { INSTALL_TIMEOUT_MS } from '../../support/debian-package';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { startPostgres, type PostgresServer } from '../../support/postgres';
import { until } from '../../support/until';
import { startProgram } from '../store/support/child';
import { postgresAt, TestQueue } from '../support/queue';
import { Receiver } from './support/receiver';

const PROGRAM = join('test', 'control-plane', 'webhooks', 'support', 'killed-deliverer.ts');

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
}, INSTALL_TIMEOUT_MS);

afterAll(() => server?.stop());

describe.each<[string, () => Promise<string>]>([
  ['SQLite', () => Promise.resolve('')],
  ['PostgreSQL', () => server.createDatabase()],
])('a process on %s that is ended by SIGKILL', (_, newDatabase) => {
  let receiver: Receiver;
  let folder: string;
  let url: string;
  let queue: TestQueue | undefined;
  let deliverer: Deliverer | undefined;

  beforeEach(async () => {
    receiver = await Receiver.start();
    folder = temporaryFolder();
    url = await newDatabase();
  });

  afterEach(async () => {
    await deliverer?.close();
    await receiver.stop();
    await queue?.close();
    deliverer = queue = undefined;
    removeFolder(folder);
  });

  /** Lets it come so far, and ends it there. @returns the runs whose changes it committed */
  const killedWhen = async (how: string, isSo: (said: readonly string[]) => boolean): Promise<string[]> => {
    const child = startProgram(PROGRAM, [], folder, url, receiver.url, how);
    try {
      expect((await child.lines(2)).slice(0, 2)).toHaveLength(2);
      await until(() => isSo(child.said), `it has come so far: ${how}`);
    } finally {
      await child.kill();
    }
    return child.said.slice(0, 2);
  };

  /** Another process takes over, once the lease of the killed one has run out. */
  const takeOver = async (): Promise<void> => {
    queue = await TestQueue.open(folder, url === '' ? undefined : postgresAt(url));
    queue.leap(61);
    deliverer = new Deliverer(queue.context, {
      destinations: new Destinations(['127.0.0.0/8']),
      publicUrl: () => 'https://pools.example.com',
      lookEveryMs: 50,
    });
    deliverer.start();
    const { admin } = queue;
    const [webhook] = await admin.webhooks.list();
    const delivered = async () =>
      (await admin.webhooks.deliveries(webhook!.id, 10)).every(({ state }) => state === 'DELIVERED');
    await until(delivered, 'all is delivered');
  };

  /** What was told of a run, in order: what came again stands there once, and must be the same under the same id. */
  const toldOf = (run: string): string[] => {
    const bodies = new Map<string, string>();
    for (const { body, headers } of receiver.received.filter((each) => each.body.includes(run))) {
      const id = String(headers['x-delivery-id']);
      expect(body).toBe(bodies.get(id) ?? body);
      expect(headers['x-signature-256']).toBe(
        `sha256=${createHmac('sha256', 'correct horse').update(body).digest('hex')}`,
      );
      bodies.set(id, body);
    }
    return [...bodies.values()].map((body) => (JSON.parse(body) as { state: string }).state);
  };

  const timesTold = () => receiver.received.length;

  test('between the commit and the delivery leaves it to the next one', async () => {
    const runs = await killedWhen('committed', (said) => said.includes('committed'));
    expect(timesTold()).toBe(0);
    await takeOver();
    expect(runs.map(toldOf)).toEqual([
      ['QUEUED', 'CANCELED'],
      ['QUEUED', 'CANCELED'],
    ]);
    expect(timesTold()).toBe(4);
  });

  test('before the answer tells again what it had told, under the same id and before what follows', async () => {
    receiver.answer = () => undefined;
    const runs = await killedWhen('sending', () => timesTold() >= 2);
    const before = timesTold();
    receiver.answer = 200;
    await takeOver();
    expect(runs.map(toldOf)).toEqual([
      ['QUEUED', 'CANCELED'],
      ['QUEUED', 'CANCELED'],
    ]);
    expect([before, timesTold()]).toEqual([2, 6]);
  });

  test('between the answer and the note of it does the same', async () => {
    const runs = await killedWhen('answered', (said) => said.filter((each) => each === 'answered').length >= 2);
    const before = timesTold();
    await takeOver();
    expect(runs.map(toldOf)).toEqual([
      ['QUEUED', 'CANCELED'],
      ['QUEUED', 'CANCELED'],
    ]);
    expect([before, timesTold()]).toEqual([2, 6]);
  });
});
