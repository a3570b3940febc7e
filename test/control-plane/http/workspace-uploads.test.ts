import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PART_BYTES } from '../../../src/control-plane/blobs';
import { TestWorker } from '../../cli/support/worker';
import { until } from '../../support/until';
import { makePool, makeStack, TestControlPlane } from '../support/control-plane';
import type { TestPod } from '../support/pod';

let controlPlane: TestControlPlane;
let worker: TestWorker;

beforeEach(async () => {
  controlPlane = await TestControlPlane.start();
  const pool = await makePool(controlPlane);
  await makeStack(controlPlane, pool.id);
  worker = await TestWorker.register(pool);
});

afterEach(async () => {
  await worker.close();
  await controlPlane.close();
});

async function started(type: 'TRACKED' | 'PROPOSED' = 'TRACKED'): Promise<{ pod: TestPod; run: string }> {
  const { id } = await controlPlane.admin.createRun({ stack: 'stack', type });
  return { pod: await worker.startPod(), run: id };
}

const stored = (): string[] => readdirSync(controlPlane.file('blobs', 'workspaces'));
const workspaceOf = async (run: string) => (await controlPlane.admin.run(run))?.workspace;

describe('a workspace', () => {
  test('that is stored again takes the place of the earlier one, which goes', async () => {
    const { pod, run } = await started();
    for (const content of ['one', 'two', 'three']) expect(await pod.put(content)).toMatchObject({ status: 200 });
    expect(stored()).toEqual([await workspaceOf(run)]);
  });

  test('that no later stage may want is taken from an old launcher, and thrown away', async () => {
    const { pod, run } = await started('PROPOSED');
    expect(await pod.put('state')).toMatchObject({ status: 200 });
    await expect(pod.begin()).rejects.toThrow('needs no workspace');
    expect(await workspaceOf(run)).toBeNull();
    expect(stored()).toEqual([]);
  });

  test('of an attempt that ended meanwhile is refused, and goes', async () => {
    const { pod, run } = await started();
    const late = new Readable({ read: () => undefined });
    late.push('state');
    const upload = pod.put(late);
    await until(() => stored().length > 0, 'the upload begins');
    await pod.outcome('UserFailed');
    late.push(null);
    expect(await upload).toMatchObject({ status: 409, body: { code: 'fenced' } });
    expect(await workspaceOf(run)).toBeNull();
    expect(stored()).toEqual([]);
  });

  test('whose upload is begun anew ends the upload under way', async () => {
    const { pod, run } = await started();
    const stuck = new Readable({ read: () => undefined });
    stuck.push('state');
    const first = pod.put(stuck).catch((error: unknown) => error);
    await until(() => stored().length > 0, 'the upload begins');
    expect(await pod.put('the new one')).toMatchObject({ status: 200 });
    stuck.destroy();
    await first;
    await until(() => stored().length === 1, 'the first one is gone');
    expect(stored()).toEqual([await workspaceOf(run)]);
  });
});

describe('a workspace that waits for confirmation', () => {
  test.each([
    { what: 'is discarded', end: (run: string) => controlPlane.admin.discard(run) },
    { what: 'is stopped', end: (run: string) => controlPlane.admin.stop(run, 'enough') },
  ])('goes as soon as its run $what', async ({ end }) => {
    const { pod, run } = await started();
    await pod.put('state');
    await pod.outcome('Succeeded', true);
    expect(stored()).toEqual([await workspaceOf(run)]);
    await end(run);
    await until(() => stored().length === 0, 'the workspace is gone');
  });
});

describe('a workspace in parts', () => {
  const content = randomBytes(2 * PART_BYTES + 5);
  const parts = [0, PART_BYTES, 2 * PART_BYTES];
  const part = (offset: number): Buffer => content.subarray(offset, offset + PART_BYTES);

  test('goes on where it was after a restart of the control plane', async () => {
    const { pod, run } = await started();
    const upload = await pod.begin();
    expect(await pod.part(upload, 0, part(0))).toMatchObject({ status: 200 });
    await controlPlane.restart();
    for (const offset of parts.slice(1))
      expect(await pod.part(upload, offset, part(offset))).toMatchObject({ status: 200 });
    for (let times = 0; times < 2; times++) {
      expect(await pod.uploaded(upload, content)).toEqual({ status: 200, body: {} });
    }
    expect(stored()).toEqual([await workspaceOf(run)]);
    await pod.outcome('Succeeded', true);
    expect((await controlPlane.admin.run(run))?.state).toBe('UNCONFIRMED');
  });

  test('that is not what was sent is to be made again, and nothing of it stays', async () => {
    const { pod, run } = await started();
    const upload = await pod.begin();
    for (const offset of parts) await pod.part(upload, offset, part(offset));
    const other = Buffer.from(content);
    other[7]! ^= 1;
    expect(await pod.uploaded(upload, other)).toMatchObject({ status: 409, body: { code: 'upload-lost' } });
    expect(await pod.part(upload, PART_BYTES, part(0))).toMatchObject({ status: 409, body: { code: 'upload-lost' } });
    expect(await workspaceOf(run)).toBeNull();
    expect(stored()).toEqual([]);
  });

  test.each([
    { what: 'between the parts', offset: 5, size: 5 },
    { what: 'before the first', offset: -PART_BYTES, size: 5 },
    { what: 'nowhere', offset: NaN, size: 5 },
    { what: 'and is larger than a part', offset: 0, size: PART_BYTES + 1 },
    { what: 'and is empty', offset: 0, size: 0 },
  ])('is refused where a part begins $what', async ({ offset, size }) => {
    const { pod } = await started();
    const upload = await pod.begin();
    const answer = await pod.part(upload, offset, Buffer.alloc(size));
    expect(answer).toMatchObject({ status: 400, body: { code: 'malformed' } });
  });
});

describe('a control plane whose volume is nearly full', () => {
  test.each([{ size: 10 }, { size: PART_BYTES }, { size: 6 * PART_BYTES }])(
    'refuses a workspace of $size bytes with a sentence, which reaches a client that is still sending',
    async ({ size }) => {
      const { pod, run } = await started();
      const content = Readable.from(Array<Buffer>(Math.ceil(size / 65536)).fill(Buffer.alloc(Math.min(size, 65536))));
      await controlPlane.restart(undefined, { blobs: { minFreeBytes: Number.MAX_SAFE_INTEGER } });
      const refusal = { status: 507, body: { code: 'no-space', message: expect.stringContaining('takes no uploads') } };
      expect(await pod.put(content)).toMatchObject(refusal);
      await expect(pod.begin()).rejects.toThrow('takes no uploads');
      expect(await pod.heartbeat()).toMatchObject({ status: 200 });
      await controlPlane.restart();
      expect(await pod.put('state')).toMatchObject({ status: 200 });
      expect(stored()).toEqual([await workspaceOf(run)]);
    },
  );
});
