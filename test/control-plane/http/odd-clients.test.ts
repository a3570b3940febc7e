import { text } from 'node:stream/consumers';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { signPoolJwt } from '../../../src/protocol/auth';
import { AnotherCaller } from '../support/another-caller';
import { ControlPlaneApart } from '../support/apart/control-plane-apart';
import type { TestPool } from '../support/control-plane';
import { head, post, RudeCaller } from '../support/rude-caller';

// Where it is slow, it is done some times more.
jest.setTimeout(300_000);

let controlPlane: ControlPlaneApart;
let caller: RudeCaller;
let atMqtt: RudeCaller;
let another: AnotherCaller;
let pool: TestPool;
let jwt: string;

beforeAll(async () => {
  controlPlane = await ControlPlaneApart.start({ tls: false });
  caller = new RudeCaller(controlPlane.url);
  atMqtt = new RudeCaller(controlPlane.mqttUrl);
  pool = await controlPlane.makePool('odd');
  another = await AnotherCaller.open(controlPlane, await controlPlane.makePool('good'));
  jwt = await signPoolJwt({ poolId: pool.id, certificate: pool.token.certificate, privateKeyPem: pool.privateKeyPem });
});

afterAll(async () => {
  await caller?.close();
  await atMqtt?.close();
  await another?.close();
  await controlPlane?.close();
});

const CONNECTIONS = 20;
const CLIENT_HELLO = '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03';

const get = (line: string, ...headers: string[]) => [line, 'host: a', ...headers, '', ''].join('\r\n');
const watch = (given: string) => post('/worker/v1/watch', given, jwt);
const withHeader = (request: string, header: string) => request.replace('\r\n', `\r\n${header}\r\n`);
const body = '{"session":"s","after":0,"waitSeconds":0}';

/** What is sent, and how it is answered; 0: the connection ends without an answer. */
const strangers: [string, () => string, number][] = [
  ['the preface of HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ['a request of HTTP/0.9', () => 'GET /\r\n\r\n', 400],
  ['the first packet of TLS', () => CLIENT_HELLO, 400],
  ['the first packet of MQTT', () => '\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04name', 400],
  ['CONNECT', () => get('CONNECT example.com:443 HTTP/1.1'), 0],
  ['TRACE', () => get('TRACE / HTTP/1.1'), 401],
  ['the address of another server', () => get('GET http://example.com/healthz HTTP/1.1'), 200],
  ['an upgrade to WebSocket', () => get('GET / HTTP/1.1', 'connection: upgrade', 'upgrade: websocket'), 401],
  ['no host', () => 'GET /healthz HTTP/1.1\r\n\r\n', 400],
  ['two hosts', () => get('GET /healthz HTTP/1.1', 'host: b'), 400],
  ['NUL in the path', () => get('GET /\0 HTTP/1.1'), 400],
  ['NUL in a header', () => get('GET / HTTP/1.1', 'x: \0'), 400],
  ['two lengths', () => get('POST /graphql HTTP/1.1', 'content-length: 1', 'content-length: 2'), 400],
  ['a length and pieces', () => get('POST /graphql HTTP/1.1', 'content-length: 1', 'transfer-encoding: chunked'), 400],
  ['a length that is none', () => get('POST /graphql HTTP/1.1', 'content-length: -1'), 400],
  ['a piece of a length that is none', () => `${head({ path: '/graphql' })}zz\r\n`, 400],
  ['an expectation that is unknown', () => get('GET / HTTP/1.1', 'expect: miracles'), 417],
  [
    'whether it may send a body, without a proof',
    () => withHeader(head({ path: '/worker/v1/watch', length: 9 }), 'expect: 100-continue'),
    401,
  ],
  ['2,000 headers', () => get('GET / HTTP/1.1', ...Array.from({ length: 2_000 }, () => 'a:b')), 431],
];

const ofThePool: [string, () => string, number][] = [
  [
    'whether it may send a body',
    () => withHeader(head({ path: '/worker/v1/watch', jwt, length: 9 }), 'expect: 100-continue'),
    100,
  ],
  [
    'a body that is compressed',
    () => withHeader(watch(gzipSync(body).toString('latin1')), 'content-encoding: gzip'),
    400,
  ],
  [
    'names that mean something to JavaScript',
    () => watch('{"__proto__":{"a":1},"constructor":1,"session":"s","after":0,"waitSeconds":0}'),
    200,
  ],
  ['a number above 2^53', () => watch(body.replace('"after":0', '"after":9007199254740993')), 400],
  ['a number that has no end', () => watch(body.replace('"after":0', '"after":1e999')), 400],
  ['a list 60,000 levels deep', () => post('/worker/v1/sync', '['.repeat(60_000), jwt), 400],
  ['half a character', () => watch('{"session":"\\ud800","after":0,"waitSeconds":0}'), 200],
];

async function isAnswered(request: string, status: number): Promise<void> {
  const statuses = await another.waitsLittleDuring(() => caller.does({ connections: CONNECTIONS, first: request }));
  expect([...new Set(statuses)]).toEqual([status]);
  expect(({} as { a?: number }).a).toBeUndefined();
}

describe('another is answered within 250 ms, and so is whoever sends', () => {
  test.each(strangers)('%s', (_, make, status) => isAnswered(make(), status));
  test.each(ofThePool)('with a proof: %s', (_, make, status) => isAnswered(make(), status));
});

test.each([
  ['HTTP', get('GET / HTTP/1.1')],
  ['TLS', CLIENT_HELLO],
])('whoever speaks %s at the port for MQTT hears nothing, and the connection ends', async (_, first) => {
  expect(await atMqtt.does({ connections: CONNECTIONS, first })).toEqual(Array(CONNECTIONS).fill(0));
});

test.each([
  ['refused', () => post('/worker/v1/sync', '{}', 'rubbish')],
  ['answered', () => get('GET /healthz HTTP/1.1')],
])('whoever sends ten requests at once over a connection has one of them %s at most', async (_, make) => {
  const socket = connect(Number(new URL(controlPlane.url).port), '127.0.0.1');
  socket.write(make().repeat(10));
  const answers = await text(socket).catch(() => '');
  expect(answers.split('HTTP/1.1 ').length - 1).toBeLessThanOrEqual(1);
});
