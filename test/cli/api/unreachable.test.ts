import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { ApiClient } from '../../../src/cli/api/client';
import { VIEWER } from '../../../src/cli/api/documents';
import { whyUnreachable } from '../../../src/cli/api/unreachable';
import { EXIT_CODES } from '../../../src/cli/exit-codes';
import { Authority } from '../../../src/control-plane/pki/authority';
import { KeyFiles } from '../../../src/control-plane/key-files';
import { removeFolder, temporaryFolder } from '../../support/folder';

const sockets: Socket[] = [];
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  for (const socket of sockets.splice(0)) socket.destroy();
});

async function listening(server: Server): Promise<number> {
  servers.push(server.on('connection', (socket: Socket) => sockets.push(socket.on('error', () => undefined))));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

/** Takes connections and says nothing. */
const silent = () => createServer();
/** Hears somebody out, and goes without a word. */
const resetting = () => createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
const garbling = () => createServer((socket) => socket.once('data', () => socket.end('\u0000\u0001 no HTTP')));
const proxy = () =>
  createHttpServer((_, response) => response.writeHead(502).end('<h1>502 Bad Gateway</h1>')) as unknown as Server;
const refusedHere = () => createHttpServer((_, response) => response.writeHead(400).end('no')) as unknown as Server;

async function secret(): Promise<Server> {
  const folder = temporaryFolder();
  try {
    const authority = await Authority.open(KeyFiles.inDataFolder(folder), Date.now);
    const { certificate: cert, key } = await authority.issueServer(['127.0.0.1']);
    return createTlsServer({ cert, key }).on('tlsClientError', () => undefined);
  } finally {
    removeFolder(folder);
  }
}

async function failureOf(url: string, connectWithinMs?: number): Promise<unknown> {
  const client = new ApiClient({ url, ca: undefined, id: 'x', secret: () => 'x' }, connectWithinMs);
  try {
    return await client.query(VIEWER).catch((error: unknown) => error);
  } finally {
    client.close();
  }
}

describe('a request', () => {
  test.each<[what: string, scheme: string, server: () => Server | Promise<Server>, sentence: string, code?: string]>([
    ['that is cut off', 'http', resetting, 'cannot be reached: it ended the connection without an answer (ECONNRESET)'],
    ['that is cut off in TLS', 'https', resetting, 'cannot be reached: it ended the connection without an answer'],
    ['of plain HTTP to TLS', 'http', secret, 'speaks TLS, and no plain HTTP: does it want https://?'],
    ['of TLS to plain HTTP', 'https', refusedHere, 'answers, but not in TLS: does it want http://'],
    ['to somebody who speaks otherwise', 'http', garbling, 'answers, but not in HTTP (HPE_'],
    ['with another authority', 'https', secret, '(give its authority with --ca)'],
    ['that a proxy answers', 'http', proxy, 'answers 502, but not as a control plane does'],
    ['that another program refuses', 'http', refusedHere, 'answers 400, but not as a control plane does', 'failed'],
  ])('%s says what happened', async (_, scheme, server, sentence, code = 'unavailable') => {
    const url = `${scheme}://127.0.0.1:${await listening(await server())}`;
    expect(await failureOf(url)).toMatchObject({
      name: 'UserError',
      message: expect.stringContaining(`${url} ${sentence}`.replace(`${url} (`, '(')),
      exitCode: EXIT_CODES[code as keyof typeof EXIT_CODES].code,
    });
  });

  test('that nobody hears says so', async () => {
    const url = `https://127.0.0.1:${await listening(silent())}`;
    expect(await failureOf(url, 300)).toMatchObject({
      message: `${url} cannot be reached: nobody answers there (ETIMEDOUT)`,
    });
  });

  test('to a name that nobody has says so', async () => {
    const sentence = 'https://nobody.invalid cannot be reached: its name is not known here (E';
    expect(await failureOf('https://nobody.invalid')).toMatchObject({ message: expect.stringContaining(sentence) });
  });

  test('to a port where nobody listens says so', async () => {
    expect(await failureOf('http://127.0.0.1:1')).toMatchObject({
      message: 'http://127.0.0.1:1 cannot be reached: nothing listens there (ECONNREFUSED)',
    });
  });
});

test.each([
  ['SELF_SIGNED_CERT_IN_CHAIN', '(give its authority with --ca)'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'start the control plane with --tls-san'],
  ['CERT_HAS_EXPIRED', "check this machine's clock"],
  ['EHOSTUNREACH', 'no way leads there (EHOSTUNREACH)'],
  ['EPROTO', 'TLS fails (what Node says)'],
  ['ESTRANGE', 'https://a cannot be reached: ESTRANGE'],
])('what ends with %s says what to do', async (code, sentence) => {
  expect(await whyUnreachable('https://a', Object.assign(new Error('what Node says'), { code }))).toContain(sentence);
});
