import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Transform } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { seal, SealError, unseal } from '../../src/protocol/sealing';

const keys: Record<string, () => KeyObject> = {
  'RSA-2048': () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  'P-256': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  'P-384': () => generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey,
  Ed25519: () => generateKeyPairSync('ed25519').privateKey,
};
const CHUNK = 64 * 1024;

async function through(transform: ReturnType<typeof seal>, bytes: Buffer, piece = 10_007): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += piece) pieces.push(bytes.subarray(at, at + piece));
  return buffer(Readable.from(pieces).compose<Transform>(transform));
}

describe.each(Object.entries(keys))('run state sealed for a key of type %s', (_name, newKey) => {
  const key = newKey();

  test.each([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 300_001])('of %i bytes opens to the same', async (size) => {
    const plain = randomBytes(size);
    const sealed = await through(seal(key, 'run'), plain);
    expect((await through(unseal(key, 'run'), sealed)).equals(plain)).toBe(true);
    if (size >= 64) expect(sealed.includes(plain.subarray(0, 64))).toBe(false);
  });

  test('opens from single bytes', async () => {
    const sealed = await through(seal(key, 'run'), Buffer.from('small'));
    expect((await through(unseal(key, 'run'), sealed, 1)).toString()).toBe('small');
  });

  test('does not open with another key of the type, nor for another run', async () => {
    const sealed = await through(seal(key, 'run'), randomBytes(100));
    await expect(through(unseal(newKey(), 'run'), sealed)).rejects.toThrow(SealError);
    await expect(through(unseal(key, 'other run'), sealed)).rejects.toThrow(SealError);
  });
});

describe('run state that was tampered with', () => {
  const key = keys['P-256']!();
  const plain = randomBytes(3 * CHUNK + 5);
  const sealed = through(seal(key, 'run'), plain);

  test.each([0, 3, 4, 9, 50, 300, CHUNK, 2 * CHUNK, -1, -17])('does not open with byte %i changed', async (at) => {
    const bytes = Buffer.from(await sealed);
    const index = at < 0 ? bytes.length + at : at;
    bytes[index]! ^= 1;
    await expect(through(unseal(key, 'run'), bytes)).rejects.toThrow(SealError);
  });

  test('does not open cut short anywhere: in the header, in a chunk, or exactly between two chunks', async () => {
    const bytes = await sealed;
    const header = 8 + bytes.readUInt32BE(4);
    for (const length of [0, 3, 20, header, header + 100, header + CHUNK + 16, header + 3 * (CHUNK + 16)]) {
      await expect(through(unseal(key, 'run'), bytes.subarray(0, length))).rejects.toThrow(SealError);
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
      await expect(through(unseal(key, 'run'), Buffer.concat([start, ...order.map(chunk)]))).rejects.toThrow(SealError);
    }
  });

  test('says plainly when it is no sealed state at all, or for another type of key', async () => {
    await expect(through(unseal(key, 'run'), Buffer.from('<html>not found</html>'))).rejects.toThrow(
      'This is not a sealed run state.',
    );
    await expect(through(unseal(keys['RSA-2048']!(), 'run'), await sealed)).rejects.toThrow('a key of another type');
  });
});

test('a key that cannot be sealed for is refused with what is allowed', () => {
  const { privateKey } = generateKeyPairSync('x25519');
  expect(() => seal(privateKey, 'run')).toThrow(/type x25519; use RSA, an elliptic curve \(P-256\) or Ed25519/);
});
