import { readdirSync } from 'node:fs';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { queueRun } from '../../../src/control-plane/queue/person-operations';
import { makePool, makeStack, TestControlPlane } from '../support/control-plane';
import { forSomebody, TestQueue } from '../support/queue';

let controlPlane: TestControlPlane;

beforeEach(async () => {
  controlPlane = await TestControlPlane.start({ mqttPort: null });
  await makeStack(controlPlane, (await makePool(controlPlane)).id);
});

afterEach(() => controlPlane.close());

const push = async (content = Readable.from([Buffer.from('another')])): Promise<string> =>
  (await controlPlane.admin.uploadSource('stack', content)).source!;

const stored = (): string[] => readdirSync(controlPlane.file('blobs', 'sources')).sort();

test('a source goes when another takes its place', async () => {
  const newest = [await push(), await push(), await push()].at(-1);
  expect(stored()).toEqual([newest]);
});

test('a source stays while a run needs it', async () => {
  const run = await controlPlane.admin.createRun({ stack: 'stack' });
  const newest = await push();
  expect(stored()).toEqual([run.source, newest].sort());
});

test('a source goes with its stack', async () => {
  await push();
  await controlPlane.admin.deleteStack('stack');
  expect(stored()).toEqual([]);
});

test('a source that comes when its stack is gone is not kept', async () => {
  const late = new Readable({ read: () => undefined });
  const pushed = push(late);
  await controlPlane.admin.deleteStack('stack');
  late.push('late');
  late.push(null);
  await expect(pushed).rejects.toThrow('not found');
  expect(stored()).toEqual([]);
});

test('a run has the source that its stack has when it is queued, though somebody looked at it before', async () => {
  const queue = await TestQueue.ready();
  try {
    const [stack] = await queue.admin.stacks();
    const { source } = await queue.admin.uploadSource('stack', Readable.from([Buffer.from('newer')]));
    const { id } = await queueRun(forSomebody(queue.context), { stack: stack!, type: 'TRACKED' });
    expect(await queue.admin.run(id)).toMatchObject({ source });
  } finally {
    await queue.close();
  }
});
