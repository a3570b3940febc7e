import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { get as getHttp, createServer as createHttpServer } from 'node:http';
import { createServer, get } from 'node:https';
import { connect, createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { createServer as createTlsServer } from 'node:tls';
import { Client } from 'undici';
import { KeyFiles } from '../../src/control-plane/key-files';
import { Authority } from '../../src/control-plane/pki/authority';
import { PlainAgent, SecureAgent } from '../../src/network/agents';
import { connectorOf } from '../../src/network/connector';
import { destinationOf, Proxies } from '../../src/network/proxies';
import { openTunnel } from '../../src/network/tunnel';
import { INSTALL_TIMEOUT_MS } from '../support/debian-package';
import { removeFolder, temporaryFolder } from '../support/folder';
import { freePort } from '../support/own-servers';
import { PROXIED_HOST, Tinyproxy } from '../support/tinyproxy';

let folder: string;
let authority: Authority;
let tls: { cert: string; key: string };
let proxy: Tinyproxy;
let guarded: Tinyproxy;
let secureUrl: string;
let plainUrl: string;
const servers: Server[] = [];

async function listening<T extends Server>(server: T): Promise<number> {
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  folder = temporaryFolder();
  authority = await Authority.open(KeyFiles.inDataFolder(folder), Date.now);
  const { certificate: cert, key } = await authority.issueServer([PROXIED_HOST, '127.0.0.1']);
  tls = { cert, key };
  [proxy, guarded] = [await Tinyproxy.start(), await Tinyproxy.start('BasicAuth me pass')];
  secureUrl = `https://${PROXIED_HOST}:${await listening(createServer(tls, (_, answer) => answer.end('hello')))}`;
  plainUrl = `http://${PROXIED_HOST}:${await listening(createHttpServer((_, answer) => answer.end('hello')))}`;
}, INSTALL_TIMEOUT_MS);

afterAll(async () => {
  await Promise.all([proxy.stop(), guarded.stop()]);
  for (const server of servers) server.close();
  removeFolder(folder);
});

afterEach(() => {
  delete process.env.SSL_CERT_FILE;
});

const by = (url: string) => new Proxies({ HTTPS_PROXY: url, HTTP_PROXY: url });
const open = (variables: Record<string, string>, url = secureUrl, withinMs = 5_000) => {
  const to = destinationOf(url);
  return openTunnel(new Proxies(variables).for(to)!, to, { withinMs });
};

describe('through a real proxy', () => {
  const agents = () => {
    const own = { proxies: by(guarded.url.replace('//', '//me:p%61ss@')), ca: authority.certificatePem };
    return { secure: new SecureAgent(own), plain: new PlainAgent(own) };
  };

  test("Node's client reaches https:// and http://", async () => {
    const before = guarded.asked.length;
    const { secure, plain } = agents();
    const ask = (url: string) =>
      new Promise<string>((resolve, reject) => {
        const asked = url.startsWith('https:') ? get(url, { agent: secure }) : getHttp(url, { agent: plain });
        asked.on('error', reject).on('response', (answer) => void text(answer).then(resolve, reject));
      });
    expect([await ask(secureUrl), await ask(plainUrl)]).toEqual(['hello', 'hello']);
    const places = [secureUrl, plainUrl].map((url) => new URL(url).host);
    expect(guarded.asked.slice(before)).toEqual(places);
  });

  test.each(['https', 'http'])('undici reaches %s://', async (kind) => {
    const url = kind === 'https' ? secureUrl : plainUrl;
    const options = { ca: [authority.certificatePem], connectWithinMs: 5_000, proxies: by(proxy.url) };
    const client = new Client(url, { connect: connectorOf(options) });
    const { body } = await client.request({ path: '/', method: 'GET' });
    expect(await body.text()).toBe('hello');
    expect(proxy.asked.at(-1)).toBe(new URL(url).host);
    await client.destroy();
  });

  test('a certificate of another authority is refused as without one', async () => {
    const client = new Client(secureUrl, { connect: connectorOf({ connectWithinMs: 5_000, proxies: by(proxy.url) }) });
    await expect(client.request({ path: '/', method: 'GET' })).rejects.toMatchObject({
      code: expect.stringMatching(/SIGNED|VERIFY/),
    });
    await client.destroy();
  });
});

describe('a proxy that is spoken to in TLS', () => {
  let port: number;
  beforeAll(async () => {
    const passOn = (socket: Socket) => {
      const there = connect(proxy.port, '127.0.0.1');
      socket.on('error', () => there.destroy()).pipe(there);
      there.on('error', () => socket.destroy()).pipe(socket);
    };
    port = await listening(createTlsServer(tls, passOn));
  });

  test('is trusted by the authority that SSL_CERT_FILE names', async () => {
    process.env.SSL_CERT_FILE = `${folder}/ca.pem`;
    writeFileSync(process.env.SSL_CERT_FILE, authority.certificatePem);
    (await open({ HTTPS_PROXY: `https://127.0.0.1:${port}` })).destroy();
  });

  test('is named, with what to do, where nobody knows its authority', async () => {
    await expect(open({ HTTPS_PROXY: `https://127.0.0.1:${port}` })).rejects.toThrow(
      /^the proxy https:\/\/127\.0\.0\.1:\d+, which HTTPS_PROXY names, cannot be reached: its certificate is not trusted \(.*\): name its authority by SSL_CERT_FILE/,
    );
  });

  test('is not one that speaks no TLS', async () => {
    const plain = await listening(createHttpServer());
    await expect(open({ HTTPS_PROXY: `https://127.0.0.1:${plain}` })).rejects.toThrow(
      /it does not speak TLS: is it http:\/\//,
    );
  });
});

describe('a proxy that opens no tunnel is told of in one sentence', () => {
  test('that wants credentials', async () => {
    await expect(open({ HTTPS_PROXY: guarded.url })).rejects.toThrow(
      `the proxy ${guarded.url} wants a user and a password: give them in HTTPS_PROXY, as http://user:password@host:port (407)`,
    );
  });

  test('that takes other ones, which the sentence does not show', async () => {
    await expect(open({ https_proxy: guarded.url.replace('//', '//me:wrong@') })).rejects.toThrow(
      new RegExp(
        `^the proxy ${guarded.url} does not take the user and the password that https_proxy has \\(40[17]\\)$`,
      ),
    );
  });

  test('that lets no such port through', async () => {
    const strict = await Tinyproxy.start('ConnectPort 443');
    try {
      await expect(open({ HTTPS_PROXY: strict.url })).rejects.toThrow(
        new RegExp(
          `does not let CONNECT ${new URL(secureUrl).host} through \\(403\\): allow it there, or name the host in NO_PROXY`,
        ),
      );
    } finally {
      await strict.stop();
    }
  });

  test('that finds nobody there', async () => {
    const nobody = `https://${PROXIED_HOST}:${await freePort()}`;
    await expect(open({ HTTPS_PROXY: proxy.url }, nobody)).rejects.toThrow(/finds no way to 0\.0\.0\.0:\d+ \(50\d\)$/);
  });

  test('that is down', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    await expect(open({ HTTPS_PROXY: url.replace('//', '//me:secret@') })).rejects.toThrow(
      `the proxy ${url}, which HTTPS_PROXY names, cannot be reached: nothing listens there`,
    );
  });

  test('that says nothing', async () => {
    const port = await listening(createTcpServer((socket) => void socket.on('error', () => undefined)));
    await expect(open({ HTTPS_PROXY: `127.0.0.1:${port}` }, secureUrl, 100)).rejects.toThrow(
      /opened no way to .* within 0\.1 s$/,
    );
  });

  test('that is none', async () => {
    const port = await listening(
      createTcpServer((socket) => void socket.on('error', () => undefined).end('220 mail\r\n')),
    );
    await expect(open({ HTTPS_PROXY: `127.0.0.1:${port}` })).rejects.toThrow(/it does not answer in HTTP/);
  });
});

test('the time to open a tunnel does not end what goes over it', async () => {
  const echo = await listening(createTcpServer((socket) => void socket.on('error', () => undefined).pipe(socket)));
  const socket = await open({ HTTP_PROXY: proxy.url }, `http://${PROXIED_HOST}:${echo}`, 500);
  await new Promise((resolve) => setTimeout(resolve, 600));
  socket.write('still here');
  expect(String((await once(socket, 'data'))[0])).toBe('still here');
  socket.destroy();
});
