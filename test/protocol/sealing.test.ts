import {
  createCipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Transform } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { seal, SealError, unseal } from '../../src/protocol/sealing';
import type { Origin } from '../../src/protocol/sealing';

const keys: Record<string, () => KeyObject> = {
  'RSA-2048': () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  'P-256': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  'P-384': () => generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey,
  Ed25519: () => generateKeyPairSync('ed25519').privateKey,
};
const CHUNK = 64 * 1024;
const ORIGIN: Origin = { runId: '01K0RRRRRRRRRRRRRRRRRRRRRR', stack: 'network', stage: 'preparing', attempt: 1 };
const any = (): boolean => true;

async function through(transform: ReturnType<typeof seal>, bytes: Buffer, piece = 10_007): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += piece) pieces.push(bytes.subarray(at, at + piece));
  return buffer(Readable.from(pieces).compose<Transform>(transform));
}

const headerOf = (sealed: Buffer): Record<string, string> =>
  JSON.parse(sealed.toString('utf8', 8, 8 + sealed.readUInt32BE(4))) as Record<string, string>;

/** The bytes with something else in the header, as one would write who knows the format. */
function withHeader(sealed: Buffer, changes: object): Buffer {
  const header = Buffer.from(JSON.stringify({ ...headerOf(sealed), ...changes }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(header.length);
  return Buffer.concat([sealed.subarray(0, 4), length, header, sealed.subarray(8 + sealed.readUInt32BE(4))]);
}

describe.each(Object.entries(keys))('run state sealed by a pool with a key of type %s', (_name, newKey) => {
  const key = newKey();

  test.each([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 300_001])('of %i bytes opens to the same', async (size) => {
    const plain = randomBytes(size);
    const sealed = await through(seal(key, ORIGIN), plain);
    expect((await through(unseal(key, any), sealed)).equals(plain)).toBe(true);
    if (size >= 64) expect(sealed.includes(plain.subarray(0, 64))).toBe(false);
  });

  test('opens from single bytes, and whatever form the file of the key has', async () => {
    const sealed = await through(seal(key, ORIGIN), Buffer.from('small'));
    expect((await through(unseal(key, any), sealed, 1)).toString()).toBe('small');
    const types = key.asymmetricKeyType === 'rsa' ? (['pkcs1', 'pkcs8'] as const) : (['pkcs8'] as const);
    for (const type of types) {
      const same = createPrivateKey({ key: key.export({ format: 'der', type }), format: 'der', type });
      expect((await through(unseal(same, any), sealed)).toString()).toBe('small');
    }
  });

  test('does not open with another key of the type, which it names as a reset of the pool', async () => {
    const sealed = await through(seal(key, ORIGIN), randomBytes(100));
    await expect(through(unseal(newKey(), any), sealed)).rejects.toThrow(
      'The run state was sealed with another key: the pool was reset meanwhile. Trigger the run again.',
    );
  });

  test('cannot be made by somebody who has only the public key', async () => {
    const genuine = await through(seal(key, ORIGIN), Buffer.from('genuine'));
    const header = headerOf(genuine);
    const headerBytes = genuine.subarray(8, 8 + genuine.readUInt32BE(4));
    const info = `worker-pools sealing v2\n${createHash('sha256').update(headerBytes).digest('hex')}`;
    const nonce = Buffer.concat([Buffer.from(header.noncePrefix!, 'base64url'), Buffer.from([0, 0, 0, 0, 1])]);
    for (const secret of secretsOfTheOutside(createPublicKey(key))) {
      const forgedKey = Buffer.from(hkdfSync('sha256', secret, Buffer.from(header.salt!, 'base64url'), info, 32));
      const cipher = createCipheriv('aes-256-gcm', forgedKey, nonce);
      const chunk = Buffer.concat([cipher.update('forged'), cipher.final(), cipher.getAuthTag()]);
      const forged = Buffer.concat([genuine.subarray(0, 8 + headerBytes.length), chunk]);
      await expect(through(unseal(key, any), forged)).rejects.toThrow('was not sealed by the pool');
    }
  });
});

/** What can be made of a public key alone: parts of it, and agreements with keys of one's own. */
function secretsOfTheOutside(publicKey: KeyObject): Buffer[] {
  const { x, n } = publicKey.export({ format: 'jwk' });
  const secrets = [
    publicKey.export({ format: 'der', type: 'spki' }),
    Buffer.from(x ?? n ?? '', 'base64url'),
    randomBytes(32),
    Buffer.alloc(0),
  ];
  const namedCurve = publicKey.asymmetricKeyDetails?.namedCurve;
  if (namedCurve !== undefined) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve });
    secrets.push(diffieHellman({ privateKey, publicKey }));
  }
  return secrets;
}

describe('run state that was tampered with', () => {
  const key = keys['P-256']!();
  const plain = randomBytes(3 * CHUNK + 5);
  const sealed = through(seal(key, ORIGIN), plain);

  test.each([0, 3, 4, 9, 50, 300, CHUNK, 2 * CHUNK, -1, -17])('does not open with byte %i changed', async (at) => {
    const bytes = Buffer.from(await sealed);
    const index = at < 0 ? bytes.length + at : at;
    bytes[index]! ^= 1;
    await expect(through(unseal(key, any), bytes)).rejects.toThrow(SealError);
  });

  test.each([
    { runId: '01K0SSSSSSSSSSSSSSSSSSSSSS' },
    { stack: 'other' },
    { stage: 'applying' },
    { attempt: 2 },
    { salt: randomBytes(32).toString('base64url') },
    { noncePrefix: randomBytes(7).toString('base64url') },
  ])('does not open with another header: %j', async (changes) => {
    await expect(through(unseal(key, any), withHeader(await sealed, changes))).rejects.toThrow(
      'was not sealed by the pool',
    );
  });

  test('does not open cut short anywhere: in the header, in a chunk, or exactly between two chunks', async () => {
    const bytes = await sealed;
    const header = 8 + bytes.readUInt32BE(4);
    for (const length of [0, 3, 20, header, header + 100, header + CHUNK + 16, header + 3 * (CHUNK + 16)]) {
      await expect(through(unseal(key, any), bytes.subarray(0, length))).rejects.toThrow(SealError);
    }
  });

  test('does not open with chunks exchanged, repeated or appended', async () => {
    const bytes = await sealed;
    const header = 8 + bytes.readUInt32BE(4);
    const chunk = (n: number): Buffer => bytes.subarray(header + n * (CHUNK + 16), header + (n + 1) * (CHUNK + 16));
    const start = bytes.subarray(0, header);
    for (const order of [
      [1, 0, 2, 3],
      [0, 0, 1, 2, 3],
      [0, 1, 2, 3, 3],
    ]) {
      await expect(through(unseal(key, any), Buffer.concat([start, ...order.map(chunk)]))).rejects.toThrow(SealError);
    }
  });
});

describe('what cannot be opened', () => {
  const key = keys['P-256']!();
  const sealed = through(seal(key, ORIGIN), Buffer.from('state'));

  test('is named when it is no sealed state at all', async () => {
    const page = Buffer.from('<html>not found</html>');
    await expect(through(unseal(key, any), page)).rejects.toThrow('This is not a sealed run state.');
  });

  test('is named when another release sealed it', async () => {
    const older = Buffer.concat([Buffer.from('WPS1'), (await sealed).subarray(4)]);
    await expect(through(unseal(key, any), older)).rejects.toThrow(
      'The run state was sealed in the format WPS1 of another release; this one reads WPS2. Trigger the run again.',
    );
  });

  test('is named when it comes from an attempt that is not the wanted one', async () => {
    const wanted = (origin: Origin): boolean => origin.attempt === 2;
    await expect(through(unseal(key, wanted), await sealed)).rejects.toThrow(
      'The run state belongs to another run or attempt (01K0RRRRRRRRRRRRRRRRRRRRRR of network, preparing, attempt 1).',
    );
  });
});

test('a key that cannot be sealed for is refused with what is allowed', () => {
  const { privateKey } = generateKeyPairSync('x25519');
  expect(() => seal(privateKey, ORIGIN)).toThrow(/type x25519; use RSA, an elliptic curve \(P-256\) or Ed25519/);
});
