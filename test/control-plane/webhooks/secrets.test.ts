import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { until } from '../../support/until';
import { TestControlPlane } from '../support/control-plane';
import { Receiver } from './support/receiver';

const SECRET = 'correct-horse-battery-staple';

let controlPlane: TestControlPlane;
let receiver: Receiver;
let logged: string;

beforeEach(async () => {
  logged = '';
  const logger = pino({ level: 'trace' }, { write: (line: string) => void (logged += line) });
  controlPlane = await TestControlPlane.start({ logger, mqttPort: null, webhookNetworks: ['127.0.0.0/8'] });
  receiver = await Receiver.start();
});

afterEach(async () => {
  await receiver?.stop();
  await controlPlane.close();
});

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile());

test('the secret of a webhook is in no log, entry of the audit trail, delivery, error or file', async () => {
  const { webhooks } = controlPlane.admin;
  const wanted = { name: 'hook', endpoint: receiver.url, enabled: true, secret: SECRET };
  const said: unknown[] = [await webhooks.create(wanted)];
  const hook = (await webhooks.list())[0]!;
  for (const refused of [
    () => webhooks.create(wanted),
    () => webhooks.create({ ...wanted, name: 'a/b' }),
    () => webhooks.create({ ...wanted, name: 'other', endpoint: 'http://10.0.0.1' }),
    () => webhooks.update(hook.id, { ...wanted, secret: `${SECRET}\0` }),
    () => webhooks.update(hook.id, { ...wanted, secret: SECRET.repeat(100) }),
  ]) {
    const error: unknown = await refused().then(
      () => undefined,
      (refusal: unknown) => refusal,
    );
    expect(error).toBeInstanceOf(Error);
    said.push(String(error), JSON.stringify(error));
  }
  said.push(await webhooks.update(hook.id, wanted));
  // A receiver that sends back what it was sent, and one that breaks off.
  receiver.answer = (request, response) => response.writeHead(500, 'no').end(JSON.stringify(request.headers));
  await webhooks.test(hook.id);
  const attempted = async () => (await webhooks.deliveries(hook.id, 10)).every(({ attempts }) => attempts > 0);
  await until(attempted, 'it was tried');
  receiver.answer = (request) => request.socket.destroy();
  await webhooks.test(hook.id);
  await until(attempted, 'it was tried');
  said.push(
    await webhooks.deliveries(hook.id, 10),
    await webhooks.list(),
    await controlPlane.admin.searchAuditTrail({ where: [], oldestFirst: true, after: undefined, limit: 1000 }),
  );
  expect(receiver.received.length).toBeGreaterThanOrEqual(2);
  expect(JSON.stringify(said)).not.toContain(SECRET);
  expect(JSON.stringify(receiver.received)).not.toContain(SECRET);
  expect(logged).not.toContain(SECRET);
  expect(filesOf(controlPlane.file()).filter((path) => readFileSync(path).includes(SECRET))).toEqual([]);
});
