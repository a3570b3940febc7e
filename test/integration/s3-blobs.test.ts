import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PART_BYTES, type S3Options } from '../../src/control-plane/blobs';
import { S3BlobStore } from '../../src/control-plane/blobs/s3-store';
import { TestWorker } from '../cli/support/worker';
import { makePool, makeStack, TestControlPlane } from '../control-plane/support/control-plane';
import { blobStoreContract, LIMITS, of } from '../control-plane/support/blob-store-contract';
import { S3Server } from '../support/s3-server';

let s3: S3Server;
const before = { ...process.env };

// The program may have to be built first.
beforeAll(async () => {
  s3 = await S3Server.start();
  Object.assign(process.env, s3.credentials);
}, 600_000);

afterAll(async () => {
  process.env = before;
  await s3.close();
});

let opened = 0;
let store: S3BlobStore;

/** Each below a prefix of its own: one bucket may serve several control planes. */
const options = (more: Partial<S3Options> = {}): S3Options => {
  const { bucket, endpoint } = s3;
  return { bucket, endpoint, prefix: `${(opened += 1)}/`, region: 'us-east-1', forcePathStyle: true, ...more };
};

async function open(more?: Partial<S3Options>): Promise<S3BlobStore> {
  return (store = await S3BlobStore.open(options(more), LIMITS));
}

describe('blobs in S3', () => {
  blobStoreContract({ open, close: () => Promise.resolve(store.close()) });

  test('of two control planes in one bucket do not meet', async () => {
    const first = await open();
    const id = await first.write('workspaces', 'run', of('state'));
    const second = await open();
    await expect(second.read('workspaces', id)).rejects.toMatchObject({ code: 'not-found' });
    first.close();
    second.close();
  });

  test.each([
    {
      what: 'a bucket that is not there',
      more: { bucket: 'another' },
      sentence: /the S3 bucket another at http.*NoSuchBucket/,
    },
    { what: 'a service that cannot be reached', more: { endpoint: 'http://127.0.0.1:1' }, sentence: /ECONNREFUSED/ },
  ])('in $what are named in the error and in the health', async ({ more, sentence }) => {
    const broken = await open(more);
    expect(await broken.health()).toEqual({
      isUsable: false,
      takesUploads: false,
      sentence: expect.stringMatching(sentence),
    });
    await expect(broken.write('workspaces', 'run', of('x'))).rejects.toThrow(sentence);
    broken.close();
  });
});

test('a workspace goes on in S3 where it was, over a time in which neither S3 nor the control plane is there', async () => {
  const controlPlane = await TestControlPlane.start({ blobs: { s3: options() } });
  const pool = await makePool(controlPlane);
  await makeStack(controlPlane, pool.id);
  const worker = await TestWorker.register(pool);
  try {
    const run = await controlPlane.admin.createRun({ stack: 'stack' });
    const pod = await worker.startPod();
    expect(await pod.get('source')).toEqual({ status: 200, text: 'a source' });
    const content = randomBytes(PART_BYTES + 5);
    const [first, second] = [content.subarray(0, PART_BYTES), content.subarray(PART_BYTES)];
    const upload = await pod.begin();
    expect(await pod.part(upload, 0, first)).toMatchObject({ status: 200 });
    await s3.down();
    expect(await pod.part(upload, PART_BYTES, second)).toMatchObject({ status: 500, body: { code: 'internal' } });
    await controlPlane.restart();
    await s3.up();
    expect(await pod.part(upload, PART_BYTES, second)).toMatchObject({ status: 200 });
    expect(await pod.uploaded(upload, content)).toMatchObject({ status: 200 });
    await pod.outcome('Succeeded', true);
    expect(await controlPlane.admin.run(run.id)).toMatchObject({ state: 'UNCONFIRMED', workspace: expect.any(String) });
  } finally {
    await worker.close();
    await controlPlane.close();
  }
});
