import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { parsePrivateKey } from '../../src/protocol/auth';
import { parseToken } from '../../src/protocol/token';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const encode = (value: string): string => Buffer.from(value).toString('base64');
const wrap = (value: string, end: string): string => value.replace(/.{76}/g, `$&${end}`) + end;
const NOT_A_KEY = 'the privateKey is base64, but not of a PEM private key without a passphrase';

/** What a call says; what it returns when it says nothing. */
function said(call: () => unknown): string {
  try {
    return String(call());
  } catch (error) {
    return (error as Error).message;
  }
}

describe('the privateKey of a Secret', () => {
  it.each<[string, string]>([
    ['as it should be', encode(PEM)],
    ['in lines of 76', wrap(encode(PEM), '\n')],
    ['in lines of 76 that end as on Windows', wrap(encode(PEM), '\r\n')],
    ['of a PEM with the line ends of Windows', encode(PEM.replaceAll('\n', '\r\n'))],
    ['of a PEM with a byte order mark', encode(`\uFEFF${PEM}`)],
    ['of a key in PKCS#1', encode(privateKey.export({ type: 'pkcs1', format: 'pem' }).toString())],
    ['in an alphabet for addresses that changes nothing', Buffer.from(PEM).toString('base64url')],
  ])('is read %s', (_, value) => {
    expect(said(() => parsePrivateKey(value))).toMatch(/-----BEGIN (RSA )?PRIVATE KEY-----/);
  });

  it.each<[string, string, string]>([
    [
      'the PEM itself',
      PEM,
      'unable to base64 decode privateKey: illegal base64 data at input byte 0: it looks like the PEM itself: keep its base64 in the Secret (base64 -w0 FILE), besides the base64 that Kubernetes itself puts below data',
    ],
    ['encoded twice', encode(encode(PEM)), `${NOT_A_KEY}: it looks encoded twice: encode the PEM only once`],
    [
      'a PEM on one line',
      encode(PEM.replaceAll('\n', ' ')),
      `${NOT_A_KEY}: it looks like a PEM on one line: keep its line ends`,
    ],
    [
      'a key with a passphrase',
      encode(privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString()),
      `${NOT_A_KEY}: it looks like a key with a passphrase: take that off (openssl pkey -in FILE -out NEW) and keep the base64 of the new file`,
    ],
    [
      'an old key with a passphrase',
      encode(privateKey.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString()),
      `${NOT_A_KEY}: it looks like a key with a passphrase: take that off (openssl pkey -in FILE -out NEW) and keep the base64 of the new file`,
    ],
    [
      'a public key',
      encode(publicKey.export({ type: 'spki', format: 'pem' }).toString()),
      `${NOT_A_KEY}: it looks like a certificate, a request for one or a public key: use the private key that the request was made with`,
    ],
    ['the token', encode('{"version":1}'), `${NOT_A_KEY}: it looks like the token: the two may be swapped`],
    ['something else', encode('something else'), NOT_A_KEY],
  ])('that is %s says so and what to do, and shows nothing of itself', (_, value, message) => {
    const sentence = said(() => parsePrivateKey(value));
    expect(sentence).toBe(message);
    for (const part of [...PEM.split('\n').filter((line) => !line.startsWith('-')), value.slice(0, 24)]) {
      if (part.length > 8) expect(sentence).not.toContain(part);
    }
  });
});

describe('the token of a Secret', () => {
  const NOT_A_TOKEN = 'the token is base64, but not of a worker pool configuration';
  it.each<[string, string, string]>([
    [
      'decoded',
      '{"version":1}',
      'unable to base64 decode token: illegal base64 data at input byte 0: it looks like the decoded token: use the token file exactly as the control plane made it',
    ],
    ['encoded twice', encode(encode('{"version":1}')), `${NOT_A_TOKEN}: it looks encoded twice: encode it only once`],
    ['the key', encode(PEM), `${NOT_A_TOKEN}: it looks like a key or certificate: token and privateKey may be swapped`],
    [
      'something else',
      encode('something else'),
      `${NOT_A_TOKEN}: use the token file exactly as the control plane made it`,
    ],
  ])('that is %s says so and what to do', (_, value, message) => {
    expect(said(() => parseToken(value))).toBe(message);
  });
});
