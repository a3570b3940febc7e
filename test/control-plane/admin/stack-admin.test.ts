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
    await queue.admin.updateStack('stack', { environment: { A: '1', B: '2' }, runnerImage: 'a/b:1' });
    await queue.admin.updateStack('stack', {
      environment: { B: '3' },
      unsetEnvironment: ['A'],
      projectRoot: './envs//dev/',
    });
    const stack = (await queue.admin.stack('stack'))!;
    expect(await queue.context.store.read.stacks.environment(stack.id)).toEqual({ B: '3' });
    expect(stack).toMatchObject({
      projectRoot: 'envs/dev',
      runnerImage: 'a/b:1',
      tool: 'OPENTOFU',
      autoDeploy: false,
    });
    const worker = await queue.register();
    await queue.trigger();
    const { environment, projectRoot } = await queue.start(await queue.assignment(worker));
    expect({ environment, projectRoot }).toEqual({ environment: { B: '3' }, projectRoot: 'envs/dev' });
  });

  test('gives the runner image back to the pool when it is emptied', async () => {
    await queue.admin.updateStack('stack', { runnerImage: 'a/b:1' });
    expect((await queue.admin.updateStack('stack', { runnerImage: '' })).runnerImage).toBeNull();
  });

  test('gives the version of its tool back to the runner image when it is emptied', async () => {
    expect((await queue.admin.updateStack('stack', { toolVersion: '1.10.6' })).toolVersion).toBe('1.10.6');
    expect((await queue.admin.updateStack('stack', { autoDeploy: true })).toolVersion).toBe('1.10.6');
    expect((await queue.admin.updateStack('stack', { toolVersion: '' })).toolVersion).toBeNull();
  });

  test.each(['v1.10.6', '~> 1.10', '1.10', '1.10.6 ', '01.1.1', '1.10.6-RC1', '../1.0.0', 'latest'])(
    'is refused for a version of the tool that is no release: %s',
    async (toolVersion) => {
      await expect(queue.admin.updateStack('stack', { toolVersion })).rejects.toThrow(
        /is not allowed: one release of the tool, without v before it, such as 1\.10\.6/,
      );
    },
  );

  test('is refused for another tool with a version of this one', async () => {
    await queue.admin.updateStack('stack', { toolVersion: '1.10.6' });
    await expect(queue.admin.updateStack('stack', { tool: 'TERRAFORM' })).rejects.toThrow(
      'stack stack names version 1.10.6 of another tool: name one of this, or an empty one',
    );
    const change = { tool: 'TERRAFORM', toolVersion: '1.11.4' } as const;
    expect(await queue.admin.updateStack('stack', change)).toMatchObject(change);
  });

  test.each([
    ['a variable that no run can have', { environment: { 'A B': '1' } }, 'Environment variable'],
    ['a project root that leads out', { projectRoot: '../x' }, 'must be a folder inside the source'],
    ['a pool that is not there', { pool: 'nowhere' }, 'worker pool nowhere not found'],
  ])('is refused for %s, and changes nothing', async (_, change, sentence) => {
    const before = await queue.admin.stack('stack');
    await expect(queue.admin.updateStack('stack', { autoDeploy: true, ...change })).rejects.toThrow(sentence);
    expect(await queue.admin.stack('stack')).toEqual(before);
  });

  test('moves it to another pool only while no run of it is unfinished', async () => {
    const other = await makePool(queue, 'other');
    const run = await queue.trigger();
    await expect(queue.admin.updateStack('stack', { pool: 'other' })).rejects.toThrow(
      'has an unfinished run: stop them',
    );
    await queue.admin.stop(run);
    expect((await queue.admin.updateStack('stack', { pool: 'other' })).poolId).toBe(other.id);
  });
});

describe('a deleted stack', () => {
  test('is refused while a run of it is unfinished', async () => {
    await queue.trigger();
    await queue.trigger();
    await expect(queue.admin.deleteStack('stack')).rejects.toThrow(
      'stack stack has 2 unfinished runs: stop them, or let them end',
    );
  });

  test('is gone with its environment, its name is free, and its runs can still be looked at', async () => {
    await queue.admin.updateStack('stack', { environment: { TOKEN: 'secret' } });
    const run = await queue.trigger();
    await queue.admin.stop(run);
    const { id } = await queue.admin.deleteStack('stack');
    expect(await queue.admin.stack('stack')).toBeNull();
    expect(await queue.admin.stack(id)).toBeNull();
    expect(await queue.admin.stacks()).toEqual([]);
    expect(await queue.admin.run(run)).toMatchObject({ stackName: `stack (deleted, ${id})`, state: 'CANCELED' });
    expect(await queue.text(run)).toContain('The run was stopped');
    const { stacks } = queue.context.store.read;
    expect(await stacks.withState(id)).toMatchObject({ stack: { source: null } });
    expect((await stacks.secretsOfRun(run))?.environment).toEqual({});
    await queue.addStack('stack');
    expect((await queue.admin.stack('stack'))?.id).not.toBe(id);
  });
});

describe('a waiting run says for what', () => {
  const waits = (run: string) => queue.waits(run);

  test('no worker is registered', async () => {
    expect(await waits(await queue.trigger())).toMatch(
      /^a worker: pool pool has none registered \(is its WorkerPool in a cluster/,
    );
  });

  test('all workers are busy, drained, or not heard of', async () => {
    const worker = await queue.register();
    await queue.addStack('other');
    await queue.trigger();
    const second = await queue.trigger('other');
    expect(await waits(second)).toBe('a worker: the only one of pool pool is busy');
    await queue.register('another');
    const third = await queue.trigger('stack', 'PROPOSED');
    expect(await waits(third)).toBe('a worker: all 2 of pool pool are busy');
    await queue.pass(600);
    expect(await waits(third)).toBe('a worker: nothing is heard of the controller of pool pool');
    await queue.beat();
    for (const { id } of await queue.admin.workers(queue.pool.id))
      await queue.admin.setDrained(queue.pool.id, id, true);
    expect(await waits(third)).toBe('a worker: all 2 of pool pool are drained or about to go');
    expect(worker).toHaveLength(26);
  });

  test('another run of its stack, or somebody to confirm it', async () => {
    const worker = await queue.register();
    const [first, second] = [await queue.trigger(), await queue.trigger()];
    expect(await waits(second)).toBe(`run ${first} of the same stack, which is PREPARING`);
    const assignment = await queue.assignment(worker);
    await queue.start(assignment);
    expect(await waits(first)).toBeNull();
    await queue.end(assignment, 'Succeeded', true);
    expect(await waits(first)).toBe('somebody to confirm or discard it');
    expect(await waits(second)).toBe(`run ${first} of the same stack, which is UNCONFIRMED`);
  });
});

test('a stop says why once, whether or not a Pod has to be asked', async () => {
  const worker = await queue.register();
  const [asked, waiting] = [await queue.trigger(), await queue.trigger()];
  await queue.start(await queue.assignment(worker));
  for (const run of [asked, waiting]) await queue.admin.stop(run, 'too late');
  await queue.end(await queue.assignment(worker), 'Cancelled');
  expect(await queue.text(asked)).toContain('Asked to stop: too late\nThe run was stopped\n');
  expect(await queue.text(waiting)).toContain('The run was stopped: too late\n');
});

test('ids are found in lower case, as they stand in the names of Pods', async () => {
  const worker = await queue.register();
  const run = await queue.trigger();
  const stack = (await queue.admin.stack('stack'))!;
  expect((await queue.admin.run(run.toLowerCase()))?.id).toBe(run);
  expect((await queue.admin.pool(queue.pool.id.toLowerCase()))?.id).toBe(queue.pool.id);
  expect((await queue.admin.stack(stack.id.toLowerCase()))?.id).toBe(stack.id);
  expect((await queue.admin.setDrained(queue.pool.id.toLowerCase(), worker.toLowerCase(), true)).drained).toBe(true);
  expect((await queue.admin.stop(run.toLowerCase())).id).toBe(run);
  expect(await queue.admin.runs({ stack: stack.id.toLowerCase() })).toHaveLength(1);
});
