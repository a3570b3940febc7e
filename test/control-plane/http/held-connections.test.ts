import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Hono } from 'hono';
import { Admission } from '../../../src/control-plane/admission';
import type { ConnectionLimits } from '../../../src/control-plane/admission/connections';
import { serve, type HttpListener } from '../../../src/control-plane/http/server';
import { KeyFiles } from '../../../src/control-plane/key-files';
import { LIMIT } from '../../../src/control-plane/limits';
import { Authority } from '../../../src/control-plane/pki/authority';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { until } from '../../support/until';

const AT_ONCE_MS = 300;
const MIB = 1024 * 1024;

let opened: (() => unknown)[];
/** Whether the large answer was asked for. */
let asked: boolean;

beforeEach(() => {
  opened = [];
  asked = false;
});

afterEach(async () => {
  for (const close of opened.reverse()) await close();
});

interface Given {
  readonly limits?: ConnectionLimits;
  readonly times?: Partial<Pick<typeof LIMIT, 'handshakeMs' | 'headersMs' | 'silenceMs'>>;
  readonly tls?: boolean;
}

async function start({ limits, times, tls = false }: Given): Promise<HttpListener> {
  const admission = new Admission([], undefined, limits);
  const app = new Hono()
    .get('/known/:name', (c) => {
      admission.proved(c, c.req.param('name'));
      return c.text('welcome');
    })
    .get('/large', (c) => {
      asked = true;
      return c.body(new Uint8Array(64 * MIB));
    })
    .post('/', async (c) => c.text(await admission.body(c, { who: 'somebody', most: MIB })))
    .onError((_, c) => c.body(null, 400));
  const identity = tls ? { ...(await certificate()), follow: () => undefined } : null;
  const address = { host: '127.0.0.1', port: 0 };
  const server = await serve(app, address, identity, admission, undefined, { ...LIMIT, ...times });
  opened.push(() => server.close());
  return server;
}

async function certificate(): Promise<{ cert: string; key: string }> {
  const folder = temporaryFolder();
  opened.push(() => removeFolder(folder));
  const authority = await Authority.open(KeyFiles.inDataFolder(folder), Date.now);
  const { certificate: cert, key } = await authority.issueServer(['127.0.0.1']);
  return { cert, key };
}

async function open({ port }: HttpListener, localAddress = '127.0.0.2'): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  socket.on('error', () => undefined);
  opened.push(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

async function asks(socket: Socket, path: string): Promise<string> {
  socket.write(`GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`);
  const ended = once(socket, 'close').then(() => ['the connection ended']);
  const [answer] = (await Promise.race([once(socket, 'data'), ended])) as [Buffer | string];
  return answer.toString();
}

const isAnswered = async (socket: Socket): Promise<void> =>
  expect(await asks(socket, '/known/late')).toContain('welcome');

describe('where there are too many connections', () => {
  test.each<[string, ConnectionLimits]>([
    ['over which nobody has logged in', { connections: 100, unprovedConnections: 2 }],
    ['altogether', { connections: 2, unprovedConnections: 100 }],
  ])('%s, the address that has the most loses the oldest, and nobody else one', async (_, limits) => {
    const server = await start({ limits });
    const oldest = await open(server, '127.0.0.2');
    const others = [await open(server, '127.0.0.3'), await open(server, '127.0.0.2')];
    await until(() => oldest.closed, 'the oldest ends');
    for (const other of others) await isAnswered(other);
  });

  test('over which nobody has logged in, those who have keep theirs', async () => {
    const server = await start({ limits: { connections: 100, unprovedConnections: 1 } });
    const known: Socket[] = [];
    for (let count = 0; count < 2; count += 1) {
      const each = await open(server);
      expect(await asks(each, '/known/somebody')).toContain('welcome');
      known.push(each);
    }
    const strangers = [await open(server), await open(server)];
    await until(() => strangers[0]!.closed, 'the first stranger ends');
    for (const each of known) await isAnswered(each);
  });

  test('of one who has logged in, that one loses the oldest, and nobody else one', async () => {
    const server = await start({ limits: { connections: 3, unprovedConnections: 3 } });
    const [oldest, newest, another] = [await open(server), await open(server), await open(server)];
    for (const each of [oldest, newest]) await asks(each, '/known/somebody');
    await asks(another, '/known/another');
    const stranger = await open(server, '127.0.0.3');
    await until(() => oldest.closed, 'the oldest ends');
    for (const each of [newest, another, stranger]) await isAnswered(each);
  });
});

describe('a connection ends', () => {
  test('over which TLS does not begin in time', async () => {
    const silent = await open(await start({ tls: true, times: { handshakeMs: AT_ONCE_MS } }));
    await until(() => silent.closed, 'it ends');
  });

  test.each([
    ['nothing', ''],
    ['headers that never end', 'GET / HTTP/1.1\r\nhost: a\r\n'],
  ])('over which %s comes in time, and one that is kept for the next request stays', async (_, first) => {
    const server = await start({ times: { headersMs: AT_ONCE_MS } });
    const kept = await open(server);
    await isAnswered(kept);
    const slow = await open(server);
    slow.resume().write(first);
    await until(() => slow.closed, 'it ends');
    await isAnswered(kept);
  });

  test('over which a body stalls', async () => {
    const stalled = await open(await start({ times: { silenceMs: AT_ONCE_MS } }));
    stalled.resume().write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n{');
    await until(() => stalled.closed, 'it ends');
  });

  test('over which an answer is not read', async () => {
    const server = await start({ times: { silenceMs: AT_ONCE_MS } });
    const deaf = await open(server);
    deaf.pause().write('GET /large HTTP/1.1\r\nhost: a\r\n\r\n');
    await until(() => asked && server.connections === 0, 'it ends');
  });
});
