import type { IncomingMessage } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Hono } from 'hono';
import { Client } from 'undici';
import { Admission } from '../../../src/control-plane/admission';
import { serve, type HttpListener } from '../../../src/control-plane/http/server';
import { until } from '../../support/until';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let server: HttpListener;
let client: Client;
/** What was asked. */
let seen: WeakRef<IncomingMessage>[];

beforeEach(async () => {
  seen = [];
  const admission = new Admission();
  const app = new Hono();
  app.post('/', async (c) => {
    seen.push(new WeakRef((c.env as { incoming: IncomingMessage }).incoming));
    return c.text(await admission.body(c, { who: 'somebody', most: 1024 }));
  });
  server = await serve(app, { host: '127.0.0.1', port: 0 }, null, admission);
  client = new Client(`http://127.0.0.1:${server.port}`);
});

afterEach(async () => {
  await client.destroy();
  await server.close();
});

test('a connection that is kept keeps nothing of what was asked over it', async () => {
  const { body } = await client.request({ path: '/', method: 'POST', body: 'a question' });
  expect(await body.text()).toBe('a question');
  await until(() => (collectGarbage(), seen.every((request) => request.deref() === undefined)), 'the request is freed');
  expect(seen).toHaveLength(1);
  expect(client.stats.connected).toBe(true);
  expect(server.connections).toBe(1);
});
