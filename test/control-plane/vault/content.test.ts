import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { CONTENT_OVERHEAD_BYTES, newContentKey, openContent, sealContent } from '../../../src/control-plane/vault';

const key = newContentKey();

/** In pieces of a size, as a network has them. */
function pieces(bytes: Buffer, size: number): Readable {
  const all: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) all.push(bytes.subarray(at, at + size));
  return Readable.from(all);
}

const seal = (content: Buffer, size = 1000): Promise<Buffer> =>
  buffer(sealContent(key, 'version', pieces(content, size)));

describe('content that is encrypted on its way', () => {
  test.each([
    [0, 1],
    [1, 1],
    [16, 3],
    [5000, 1],
    [5000, 16],
    [5000, 17],
    [5000, 4096],
  ])('%d bytes come back as they were, read %d at a time', async (length, size) => {
    const content = Buffer.alloc(length, 'state');
    const sealed = await seal(content);
    expect(sealed).toHaveLength(length + CONTENT_OVERHEAD_BYTES);
    expect(await buffer(openContent(key, 'version', pieces(sealed, size)))).toEqual(content);
  });

  test('shows nothing of itself', async () => {
    expect((await seal(Buffer.from('a secret password'))).toString('latin1')).not.toContain('secret');
  });

  const sealedText = (): Promise<Buffer> => seal(Buffer.alloc(3000, 'state'));

  test.each<[string, (sealed: Buffer) => Readable]>([
    ['was changed', (sealed) => openContent(key, 'version', pieces(Buffer.from(sealed).fill(0, 100, 101), 500))],
    ['was cut', (sealed) => openContent(key, 'version', pieces(sealed.subarray(0, 2500), 500))],
    ['is shorter than a tag', (sealed) => openContent(key, 'version', pieces(sealed.subarray(0, 5), 500))],
    ['belongs to another version', (sealed) => openContent(key, 'other', pieces(sealed, 500))],
    ['has another key', (sealed) => openContent(newContentKey(), 'version', pieces(sealed, 500))],
  ])('fails before its end when it %s', async (_, open) => {
    let given = 0;
    const stream = open(await sealedText());
    stream.on('data', (chunk: Buffer) => (given += chunk.length));
    await expect(new Promise((_resolve, reject) => stream.once('error', reject))).rejects.toThrow(
      'cannot be opened: it was changed, or belongs to another',
    );
    expect(given).toBeLessThan(3000);
  });
});
