import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Destinations } from '../../../src/control-plane/webhooks/destinations';
import { send, type SendOptions } from '../../../src/control-plane/webhooks/send';
import { signatures } from '../../../src/control-plane/webhooks/sign';
import { Receiver, type Answer } from './support/receiver';

const loopback = new Destinations(['127.0.0.0/8', '::1']);
const sending = (endpoint: string) => ({
  endpoint,
  body: '{"a":"é"}',
  headers: { 'Content-Type': 'application/json' },
});

let receivers: Receiver[] = [];
const receiver = async (...given: Parameters<typeof Receiver.start>): Promise<Receiver> => {
  const made = await Receiver.start(...given);
  receivers.push(made);
  return made;
};

afterEach(async () => {
  for (const one of receivers) await one.stop();
  receivers = [];
});

const sent = (endpoint: string, options: Partial<SendOptions> = {}) =>
  send(sending(endpoint), { destinations: loopback, ...options });

describe('a request', () => {
  test('comes with body and headers, over a connection of its own', async () => {
    const one = await receiver(204);
    expect(await sent(`${one.url}/a/path?b=c`)).toEqual({ status: 204, error: null });
    expect(await sent(one.url)).toEqual({ status: 204, error: null });
    expect(one.received[0]).toMatchObject({
      path: '/a/path?b=c',
      body: '{"a":"é"}',
      headers: { 'content-type': 'application/json', 'content-length': '10' },
    });
    expect(one.connections).toBe(2);
  });

  test('goes to a name whose addresses are allowed', async () => {
    const one = await receiver();
    expect(await sent(one.url.replace('127.0.0.1', 'localhost'))).toEqual({ status: 200, error: null });
  });

  test.each<[string, Answer, { status: number | null; error: string }]>([
    ['refuses without a word', 500, { status: 500, error: 'it answered 500' }],
    [
      'refuses with a word',
      (_, response) => void response.writeHead(401).end('bad signature\u001b[31m\n\u202Eno'),
      { status: 401, error: 'it answered 401: bad signature [31m no' },
    ],
    [
      'redirects',
      (_, response) => void response.writeHead(307, { Location: 'http://127.0.0.1:1/' }).end(),
      { status: 307, error: 'it redirects, which is not followed: give the webhook the address that it leads to' },
    ],
    [
      'drops the connection',
      (request) => void request.socket.destroy(),
      { status: null, error: 'socket hang up (ECONNRESET)' },
    ],
    ['says nothing', () => undefined, { status: null, error: 'it did not answer within 3 seconds' }],
    [
      'begins a refusal and stops',
      (_, response) => void response.writeHead(503).write('wait'),
      { status: 503, error: 'it answered 503: wait' },
    ],
    [
      'breaks a refusal off',
      (_, response) => {
        response.writeHead(502, { 'Content-Length': '100' });
        response.write('half', () => response.destroy());
      },
      { status: 502, error: 'it answered 502: half' },
    ],
    [
      'refuses without an end',
      (_, response) => void response.writeHead(500).write('x'.repeat(1_000_000)),
      { status: 500, error: `it answered 500: ${'x'.repeat(200)}` },
    ],
  ])('to a receiver that %s says so', async (_, answer, expected) => {
    const one = await receiver(answer);
    expect(await sent(one.url, { withinMs: 3_000 })).toEqual(expected);
    expect(one.received).toHaveLength(1);
  });

  test('is taken when the receiver says so, however long it goes on', async () => {
    const one = await receiver((_, response) => void response.writeHead(200).write('x'.repeat(1_000_000)));
    expect(await sent(one.url)).toEqual({ status: 200, error: null });
  });

  test('to where nobody listens says so', async () => {
    const one = await receiver();
    const { url } = one;
    await one.stop();
    receivers = [];
    expect((await sent(url)).error).toContain('ECONNREFUSED');
  });

  test('to an address that is not public is not made, by its name neither', async () => {
    const one = await receiver();
    for (const endpoint of [
      one.url,
      one.url.replace('127.0.0.1', 'localhost'),
      one.url.replace('127.0.0.1', '[::1]'),
    ]) {
      const { status, error } = await sent(endpoint, { destinations: new Destinations() });
      expect(status).toBeNull();
      expect(error).toMatch(
        /^(127\.0\.0\.1|::1) is no public address, and the setting webhookNetworks does not allow it$/,
      );
    }
    expect(one.connections).toBe(0);
  });

  test('that is broken off says so', async () => {
    const one = await receiver(() => undefined);
    const gone = new AbortController();
    const sending = sent(one.url, { signal: gone.signal });
    gone.abort();
    expect((await sending).status).toBeNull();
  });
});

describe('by HTTPS', () => {
  let tls: { key: string; cert: string };

  beforeAll(() => {
    const folder = mkdtempSync(join(tmpdir(), 'webhooks-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=receiver', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, '-days', '2', ...subject], {
      stdio: 'ignore',
    });
    tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
    rmSync(folder, { recursive: true });
  });

  test('a receiver is taken whose certificate is trusted', async () => {
    const one = await receiver(200, tls);
    expect(await sent(one.url, { ca: [tls.cert] })).toEqual({ status: 200, error: null });
  });

  test.each([
    ['whose certificate nobody trusts', '127.0.0.1', [], /self-signed certificate/],
    ['whose certificate is for another name', 'localhost', ['own'], /does not match certificate/],
  ])('nothing is told a receiver %s', async (_, host, ca, sentence) => {
    const one = await receiver(200, tls);
    const { status, error } = await sent(one.url.replace('127.0.0.1', host), {
      ca: ca.length > 0 ? [tls.cert] : undefined,
    });
    expect(status).toBeNull();
    expect(error).toMatch(sentence);
    expect(one.received).toEqual([]);
  });
});

describe('a signature', () => {
  test.each(['sha1', 'sha256'] as const)('of %s is what openssl makes of secret and body', (algorithm) => {
    const [secret, body] = ['a secret: \u00e9"$', '{"b":"\u00e9 and more"}'];
    const made = execFileSync('openssl', ['dgst', `-${algorithm}`, '-hmac', secret], { input: body, encoding: 'utf8' });
    const header = { sha1: 'X-Signature', sha256: 'X-Signature-256' }[algorithm];
    expect(signatures(secret, body)[header]).toBe(`${algorithm}=${made.trim().split(' ').at(-1)}`);
  });

  test('there is none without a secret', () => expect(signatures('', 'x')).toEqual({}));
});
