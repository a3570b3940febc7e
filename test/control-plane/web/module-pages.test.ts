import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Readable } from 'node:stream';
import { archive, TestDoors } from '../audit/support/doors';
import { TestQueue } from '../support/queue';

const HOSTILE = '<script>alert(1)</script>';

let queue: TestQueue;
let doors: TestDoors;
let module: string;
let run: string;

beforeAll(async () => {
  queue = await TestQueue.ready();
  doors = new TestDoors(queue);
  const { modules } = queue.admin;
  const made = { name: 'network', pool: queue.pool.id, description: HOSTILE, labels: [HOSTILE] };
  module = (await modules.create(made)).id;
  await modules.uploadSource(module, Readable.from([archive('x')]));
  const { id } = await modules.createVersion({ module, number: '1.2.3', tests: ['examples/a'] });
  run = (await modules.tests([id])).get(id)![0]!.runId;
});

afterAll(() => queue.close());

test.each<[string, () => string, () => string[]]>([
  ['the list', () => '/modules', () => ['legacy/network/default', 'none yet']],
  ['a module', () => `/modules/${module}`, () => ['1.2.3', 'pending', 'examples/a', `/runs/${run}`]],
  ['what a pool is used by', () => `/pools/${queue.pool.id}/stacks`, () => [`/modules/${module}`, '/stacks/']],
  ['the queue of its pool', () => `/pools/${queue.pool.id}/queue`, () => [`/modules/${module}`, 'testing']],
  ['a test', () => `/runs/${run}`, () => [`/modules/${module}`, 'makes what a version of a module makes']],
])('%s shows it, and whatever people say is text', async (_, path, texts) => {
  const page = await (await doors.send('reader', { method: 'GET', path: path() })).text();
  for (const text of texts()) expect(page).toContain(text);
  expect(page).not.toContain(HOSTILE);
});

test('a test that failed cannot be retried alone, and its page offers no such thing', async () => {
  await queue.admin.stop(run);
  const page = await (await doors.send('admin', { method: 'GET', path: `/runs/${run}` })).text();
  expect(page).not.toContain('/retry');
});
