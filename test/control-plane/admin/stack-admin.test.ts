import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { makePool } from '../support/control-plane';
import { TestQueue } from '../support/queue';

let queue: TestQueue;

beforeEach(async () => {
  queue = await TestQueue.ready();
});

afterEach(() => queue.close());

describe('a change of a stack', () => {
  test('sets what is given, leaves the rest, and counts for the next run', async () => {
    queue.admin.updateStack('stack', { environment: { A: '1', B: '2' }, runnerImage: 'a/b:1' });
    queue.admin.updateStack('stack', { environment: { B: '3' }, unsetEnvironment: ['A'], projectRoot: './envs//dev/' });
    expect(queue.admin.stack('stack')).toMatchObject({
      environment: { B: '3' },
      projectRoot: 'envs/dev',
      runnerImage: 'a/b:1',
      tool: 'OPENTOFU',
      autoDeploy: false,
    });
    const worker = await queue.register();
    queue.trigger();
    const { environment, projectRoot } = queue.start(await queue.assignment(worker));
    expect({ environment, projectRoot }).toEqual({ environment: { B: '3' }, projectRoot: 'envs/dev' });
  });

  test('gives the runner image back to the pool when it is emptied', () => {
    queue.admin.updateStack('stack', { runnerImage: 'a/b:1' });
    expect(queue.admin.updateStack('stack', { runnerImage: '' }).runnerImage).toBeNull();
  });

  test.each([
    ['a variable that no run can have', { environment: { 'A B': '1' } }, 'Environment variable'],
    ['a project root that leads out', { projectRoot: '../x' }, 'must be a folder inside the source'],
    ['a pool that is not there', { pool: 'nowhere' }, 'worker pool nowhere not found'],
  ])('is refused for %s, and changes nothing', (_, change, sentence) => {
    const before = queue.admin.stack('stack');
    expect(() => queue.admin.updateStack('stack', { autoDeploy: true, ...change })).toThrow(sentence);
    expect(queue.admin.stack('stack')).toEqual(before);
  });

  test('moves it to another pool only while no run of it is unfinished', async () => {
    const other = await makePool(queue, 'other');
    const run = queue.trigger();
    expect(() => queue.admin.updateStack('stack', { pool: 'other' })).toThrow('has an unfinished run: stop them');
    queue.admin.stop(run);
    expect(queue.admin.updateStack('stack', { pool: 'other' }).poolId).toBe(other.id);
  });
});

describe('a deleted stack', () => {
  test('is refused while a run of it is unfinished', () => {
    queue.trigger();
    queue.trigger();
    expect(() => queue.admin.deleteStack('stack')).toThrow(
      'stack stack has 2 unfinished runs: stop them, or let them end',
    );
  });

  test('is gone with its environment, its name is free, and its runs can still be looked at', async () => {
    queue.admin.updateStack('stack', { environment: { TOKEN: 'secret' } });
    const run = queue.trigger();
    queue.admin.stop(run);
    const { id } = queue.admin.deleteStack('stack');
    expect(queue.admin.stack('stack')).toBeNull();
    expect(queue.admin.stack(id)).toBeNull();
    expect(queue.admin.stacks()).toEqual([]);
    expect(queue.admin.run(run)).toMatchObject({ stackName: `stack (deleted, ${id})`, state: 'CANCELED' });
    expect(queue.text(run)).toContain('The run was stopped');
    expect(queue.context.store.stacks.ofRun({ stackId: id })).toMatchObject({ environment: {}, source: null });
    await queue.addStack('stack');
    expect(queue.admin.stack('stack')?.id).not.toBe(id);
  });
});

describe('a waiting run says for what', () => {
  const waits = (run: string): string | null => queue.admin.waitsFor(queue.admin.run(run)!);

  test('no worker is registered', () => {
    expect(waits(queue.trigger())).toMatch(/^a worker: pool pool has none registered \(is its WorkerPool in a cluster/);
  });

  test('all workers are busy, drained, or not heard of', async () => {
    const worker = await queue.register();
    await queue.addStack('other');
    queue.trigger();
    const second = queue.trigger('other');
    expect(waits(second)).toBe('a worker: the one of pool pool is busy');
    await queue.register('another');
    const third = queue.trigger('stack', 'PROPOSED');
    expect(waits(third)).toBe('a worker: all 2 of pool pool are busy');
    queue.pass(600);
    expect(waits(third)).toMatch(/^a worker: nothing is heard of the controller of pool pool/);
    await queue.beat();
    for (const { id } of queue.admin.workers(queue.pool.id)) queue.admin.setDrained(queue.pool.id, id, true);
    expect(waits(third)).toMatch(/or all its workers are drained$/);
    expect(worker).toHaveLength(26);
  });

  test('another run of its stack, or somebody to confirm it', async () => {
    const worker = await queue.register();
    const [first, second] = [queue.trigger(), queue.trigger()];
    expect(waits(second)).toBe(`run ${first} of the same stack, which is PREPARING`);
    const assignment = await queue.assignment(worker);
    queue.start(assignment);
    expect(waits(first)).toBeNull();
    queue.end(assignment, 'Succeeded', true);
    expect(waits(first)).toBe('somebody to confirm or discard it');
    expect(waits(second)).toBe(`run ${first} of the same stack, which is UNCONFIRMED`);
  });
});

test('a stop says why once, whether or not a Pod has to be asked', async () => {
  const worker = await queue.register();
  const [asked, waiting] = [queue.trigger(), queue.trigger()];
  queue.start(await queue.assignment(worker));
  for (const run of [asked, waiting]) queue.admin.stop(run, 'too late');
  queue.end(await queue.assignment(worker), 'Cancelled');
  expect(queue.text(asked)).toContain('Asked to stop: too late\nThe run was stopped\n');
  expect(queue.text(waiting)).toContain('The run was stopped: too late\n');
});

test('ids are found in lower case, as they stand in the names of Pods', async () => {
  const worker = await queue.register();
  const run = queue.trigger();
  const stack = queue.admin.stack('stack')!;
  expect(queue.admin.run(run.toLowerCase())?.id).toBe(run);
  expect(queue.admin.pool(queue.pool.id.toLowerCase())?.id).toBe(queue.pool.id);
  expect(queue.admin.stack(stack.id.toLowerCase())?.id).toBe(stack.id);
  expect(queue.admin.setDrained(queue.pool.id.toLowerCase(), worker.toLowerCase(), true).drained).toBe(true);
  expect(queue.admin.stop(run.toLowerCase()).id).toBe(run);
  expect(queue.admin.runs({ stack: stack.id.toLowerCase() })).toHaveLength(1);
});
