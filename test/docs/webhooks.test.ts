import { afterEach, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Destinations } from '../../src/control-plane/webhooks';
import { send } from '../../src/control-plane/webhooks/send';
import { signatures } from '../../src/control-plane/webhooks/sign';
import { removeFolder, temporaryFolder } from '../support/folder';
import { freePort } from '../support/own-servers';
import { until } from '../support/until';
import { allFences } from './support/fences';

const SECRET = 'a secret of a test';

const folder = temporaryFolder();
let receiver: ChildProcess | undefined;

afterEach(async () => {
  if (receiver?.exitCode === null) {
    const ended = once(receiver, 'exit');
    receiver.kill();
    await ended;
  }
  removeFolder(folder);
});

test('the receiver of the guide takes what is signed, once for each id, and refuses everything else', async () => {
  const { code } = allFences().find(({ options }) => options.file === 'receiver.mjs')!;
  writeFileSync(join(folder, 'receiver.mjs'), code);
  const port = await freePort();
  const env = { ...process.env, PORT: String(port), WEBHOOK_SECRET: SECRET };
  receiver = spawn(process.execPath, ['receiver.mjs'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  receiver.stdout!.on('data', (chunk: Buffer) => (printed += chunk.toString()));

  const deliver = (id: string, body: string, secret = SECRET) =>
    send(
      { endpoint: `http://127.0.0.1:${port}`, body, headers: { 'X-Delivery-Id': id, ...signatures(secret, body) } },
      { destinations: new Destinations(['127.0.0.1']) },
    );
  await until(async () => (await deliver('0', '{"state":"TEST"}')).status === 204, 'it listens');
  const body = JSON.stringify({ state: 'FAILED', run: { id: 'R' }, stack: { name: 'network' } });
  expect(await deliver('1', body)).toEqual({ status: 204, error: null });
  expect(await deliver('1', body)).toEqual({ status: 204, error: null });
  expect(await deliver('2', body, 'another')).toEqual({ status: 401, error: 'it answered 401: bad signature' });
  expect(await deliver('3', body, '')).toEqual({ status: 401, error: 'it answered 401: bad signature' });
  await until(() => printed.includes('network'), 'it has printed');
  expect(printed).toBe('TEST\nrun R of stack network is FAILED\n');
});
