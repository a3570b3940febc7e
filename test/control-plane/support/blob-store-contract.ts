import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  PART_BYTES,
  type BlobStore,
  type PartialUpload,
  type StoredBlob,
} from '../../../src/control-plane/blobs/blob-store';

export interface ContractCase {
  /** One with nothing in it. */
  readonly open: () => Promise<BlobStore>;
  readonly close: () => Promise<void>;
}

export const of = (...chunks: (string | Buffer)[]): Readable =>
  Readable.from(chunks.map((chunk) => Buffer.from(chunk)));

export const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

export async function contentOf(store: BlobStore, id: string): Promise<Buffer> {
  return buffer((await store.read('workspaces', id)).stream);
}

export async function listed(store: BlobStore): Promise<StoredBlob[]> {
  const blobs: StoredBlob[] = [];
  for await (const blob of store.list('workspaces')) blobs.push(blob);
  return blobs;
}

/** A stream that gives its content and then fails, as that of a client that went away. */
export function breaksOff(content: Buffer): Readable {
  async function* chunks() {
    yield content;
    await new Promise((resolve) => setImmediate(resolve));
    throw new Error('the client went away');
  }
  return Readable.from(chunks());
}

/** The largest blob that the stores of these tests take. */
export const LIMIT = 2 * PART_BYTES + 1000;
export const LIMITS = { sources: 1000, workspaces: LIMIT, states: 1000 };

const CONTENT = randomBytes(2 * PART_BYTES + 10);

/** What every store of blobs does. */
export function blobStoreContract({ open, close }: ContractCase): void {
  let store: BlobStore;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(close);

  const append = (upload: PartialUpload, offset: number, content = CONTENT.subarray(offset, offset + PART_BYTES)) =>
    store.append(upload, { offset, size: content.length, content: of(content) });

  async function begun(owner = 'run-1'): Promise<PartialUpload> {
    return { kind: 'workspaces', owner, upload: await store.begin('workspaces', owner) };
  }

  describe('a blob', () => {
    test('is read as it was written, with its size', async () => {
      const id = await store.write('workspaces', 'run-1', of('one', 'two'));
      const { size, stream } = await store.read('workspaces', id);
      expect(size).toBe(6);
      expect((await buffer(stream)).toString()).toBe('onetwo');
      expect(id).toMatch(/^run-1-/);
    });

    test('of nothing is one as well', async () => {
      const id = await store.write('workspaces', 'run-1', of());
      expect(await contentOf(store, id)).toHaveLength(0);
    });

    test('that is larger than a part arrives whole', async () => {
      const id = await store.write('workspaces', 'run-1', Readable.from(inChunks(CONTENT)));
      expect((await contentOf(store, id)).equals(CONTENT)).toBe(true);
    });

    test('is one of its own, though another of the same content is stored at the same time', async () => {
      const ids = await Promise.all([1, 2].map(() => store.write('workspaces', 'run-1', of('same'))));
      await store.remove({ kind: 'workspaces', id: ids[0]!, isUnfinished: false });
      expect((await contentOf(store, ids[1]!)).toString()).toBe('same');
    });

    test('that was removed is gone, and removing it again is nothing', async () => {
      const id = await store.write('workspaces', 'run-1', of('x'));
      const blob = { kind: 'workspaces', id, isUnfinished: false } as const;
      await store.remove(blob);
      await store.remove(blob);
      await expect(store.read('workspaces', id)).rejects.toMatchObject({ code: 'not-found' });
      expect(await listed(store)).toEqual([]);
    });

    test.each([
      {
        what: 'its stream breaks off',
        content: () => breaksOff(CONTENT),
        refusal: { message: 'the client went away' },
      },
      { what: 'it is too large', content: () => of(CONTENT, Buffer.alloc(1000)), refusal: { code: 'too-large' } },
    ])('is not there at all when $what', async ({ content, refusal }) => {
      await expect(store.write('workspaces', 'run-1', content())).rejects.toMatchObject(refusal);
      expect(await listed(store)).toEqual([]);
    });

    test('is listed with the time at which it was stored', async () => {
      const before = Date.now();
      const id = await store.write('workspaces', 'run-1', of('x'));
      const [blob, ...others] = await listed(store);
      expect(blob).toMatchObject({ kind: 'workspaces', id, isUnfinished: false });
      // Stores may tell whole seconds.
      expect(blob!.modifiedAt).toBeGreaterThan(before - 2000);
      expect(blob!.modifiedAt).toBeLessThan(Date.now() + 2000);
      expect(others).toEqual([]);
    });
  });

  describe('an upload in parts', () => {
    const sent = { size: CONTENT.length, sha256: sha256(CONTENT) };

    test('goes on where it was, when a part broke off and was sent again', async () => {
      const upload = await begun();
      await append(upload, 0);
      const half = CONTENT.subarray(PART_BYTES, PART_BYTES + 5000);
      const broken = store.append(upload, { offset: PART_BYTES, size: PART_BYTES, content: breaksOff(half) });
      await expect(broken).rejects.toThrow();
      await append(upload, PART_BYTES);
      await append(upload, 2 * PART_BYTES);
      const id = await store.finish(upload, sent);
      expect((await contentOf(store, id)).equals(CONTENT)).toBe(true);
      expect(await listed(store)).toMatchObject([{ id, isUnfinished: false }]);
    });

    test('may have each of its parts, and its end, repeated: an answer may have been lost', async () => {
      const upload = await begun();
      for (const offset of [0, 0, PART_BYTES, 0, PART_BYTES, 2 * PART_BYTES, 2 * PART_BYTES])
        await append(upload, offset);
      const id = await store.finish(upload, sent);
      expect(await store.finish(upload, sent)).toBe(id);
      expect((await contentOf(store, id)).equals(CONTENT)).toBe(true);
    });

    test('may have a part sent twice at the same time', async () => {
      const upload = await begun();
      await Promise.all([append(upload, 0), append(upload, 0)]);
      await append(upload, PART_BYTES);
      await append(upload, 2 * PART_BYTES);
      expect((await contentOf(store, await store.finish(upload, sent))).equals(CONTENT)).toBe(true);
    });

    test('is listed as unfinished, can be read by nobody, and goes when it is removed', async () => {
      const upload = await begun();
      await append(upload, 0);
      const [blob] = await listed(store);
      expect(blob).toMatchObject({ isUnfinished: true });
      await expect(store.read('workspaces', blob!.id)).rejects.toMatchObject({ code: 'not-found' });
      await store.remove(blob!);
      expect(await listed(store)).toEqual([]);
      await expect(append(upload, PART_BYTES)).rejects.toMatchObject({ code: 'upload-lost' });
    });

    test('takes the place of the one that its owner had begun before', async () => {
      const before = await begun();
      const other = await begun('run-2');
      const upload = await begun();
      expect(await listed(store)).toHaveLength(2);
      await expect(append(before, 0)).rejects.toMatchObject({ code: 'upload-lost' });
      await append(other, 0);
      await append(upload, 0);
    });

    test.each([
      { what: 'a part is missing', offsets: [0, 2 * PART_BYTES], end: sent },
      { what: 'it is cut short', offsets: [0, PART_BYTES], end: sent },
      { what: 'it is longer than what was sent', offsets: [0, PART_BYTES, 2 * PART_BYTES], end: { ...sent, size: 5 } },
      {
        what: 'its hash is another',
        offsets: [0, PART_BYTES, 2 * PART_BYTES],
        end: { ...sent, sha256: sha256(Buffer.of(1)) },
      },
    ])('is lost, and leaves no blob, when $what', async ({ offsets, end }) => {
      const upload = await begun();
      const work = async () => {
        for (const offset of offsets) await append(upload, offset);
        return store.finish(upload, end);
      };
      await expect(work()).rejects.toMatchObject({ code: 'upload-lost' });
      expect((await listed(store)).filter(({ isUnfinished }) => !isUnfinished)).toEqual([]);
    });

    test('that nobody knows is lost, whatever it is called', async () => {
      for (const upload of [randomUUID(), '../../etc/passwd', '']) {
        const known = { kind: 'workspaces', owner: 'run-1', upload } as const;
        await expect(append(known, 0)).rejects.toMatchObject({ code: 'upload-lost' });
        await expect(store.finish(known, sent)).rejects.toMatchObject({ code: 'upload-lost' });
      }
    });

    test('that is too large is refused at the part that is', async () => {
      const upload = await begun();
      await append(upload, 0);
      await append(upload, PART_BYTES);
      await expect(append(upload, 2 * PART_BYTES, Buffer.alloc(1001))).rejects.toMatchObject({ code: 'too-large' });
    });
  });

  test('is healthy, and leaves nothing behind when it is asked', async () => {
    expect(await store.health()).toEqual({ isUsable: true, takesUploads: true, sentence: '' });
    expect(await listed(store)).toEqual([]);
  });
}

function* inChunks(content: Buffer): Iterable<Buffer> {
  for (let at = 0; at < content.length; at += 65_536) yield content.subarray(at, at + 65_536);
}
