import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { NewModule, NewModuleVersion } from '../../../src/control-plane/admin/module-input';
import { stateOf } from '../../../src/control-plane/queue/module-tests';
import { makePool } from '../support/control-plane';
import { TestQueue } from '../support/queue';

const REPOSITORY = { url: 'https://git.example.com/team/network.git' };
const COMMIT = 'a'.repeat(40);

describe('modules', () => {
  let queue: TestQueue;

  beforeEach(async () => {
    queue = await TestQueue.ready();
  });

  afterEach(() => queue.close());

  const modules = () => queue.admin.modules;
  const made = (input: Partial<NewModule> = {}) =>
    modules().create({ name: 'network', provider: 'aws', pool: queue.pool.id, ...input });
  const upload = (text = 'source') => modules().uploadSource('legacy/network/aws', Readable.from(gzipSync(text)));
  const version = (input: Partial<NewModuleVersion> = {}) =>
    modules().createVersion({ module: 'legacy/network/aws', number: '1.2.3', ...input });
  const testsOf = async (id: string) => (await modules().tests([id])).get(id) ?? [];
  const state = async (id: string) => (await modules().version(id))?.state;
  /** Lets a worker carry out the run that is next. */
  const carryOut = async (worker: string, reason: 'Succeeded' | 'UserFailed' = 'Succeeded') => {
    const assignment = await queue.assignment(worker);
    await queue.start(assignment);
    await queue.end(assignment, reason);
    await queue.report(worker, assignment, { kind: 'released' });
    return assignment.runId;
  };

  test('has a name in its space that no other has, which is free again when it is deleted', async () => {
    const { id, space, stack } = await made();
    expect([space, stack.name]).toEqual(['legacy', 'legacy/network/aws']);
    await expect(made()).rejects.toThrow('a module is named legacy/network/aws already');
    await made({ provider: 'google' });
    await modules().delete('legacy/network/aws');
    expect((await made()).id).not.toBe(id);
  });

  test('is no stack: neither found, listed nor counted as one, nor run as one', async () => {
    const { id } = await made();
    expect([await queue.admin.stack(id), await queue.admin.stack('legacy/network/aws')]).toEqual([null, null]);
    expect((await queue.admin.stacks()).map(({ name }) => name)).toEqual(['stack']);
    expect([...(await queue.admin.countStacks([queue.pool.id])).values()]).toEqual([1]);
    expect([...(await modules().countOfPools([queue.pool.id])).values()]).toEqual([1]);
    await expect(queue.admin.createRun({ stack: id })).rejects.toThrow(`stack ${id} not found`);
    const figures = await queue.context.store.read.statistics.stacksByState();
    expect(figures).toEqual([{ state: null, stacks: 1 }]);
    expect(await modules().find('stack')).toBeNull();
  });

  test('a stack has no tests', async () => {
    await expect(queue.admin.createRun({ stack: 'stack', type: 'TESTING' })).rejects.toThrow(
      'stack stack can have no such run: a run of the type TESTING is of a module',
    );
  });

  test('a version is tested by runs of the pool, each of which makes everything and destroys it', async () => {
    await made({ projectRoot: 'module', environment: { TF_VAR_a: '1' } });
    await upload();
    const { id } = await version({ tests: ['examples/a', './examples/b/'] });
    expect(await testsOf(id)).toMatchObject([
      { projectRoot: 'examples/a', passed: null },
      { projectRoot: 'examples/b', passed: null },
    ]);
    const worker = await queue.register();
    const assignment = await queue.assignment(worker);
    const spec = await queue.start(assignment);
    expect(spec).toMatchObject({
      ...{ stack: 'legacy/network/aws', projectRoot: 'examples/a', environment: { TF_VAR_a: '1' } },
      ...{ planStep: null, keepsWorkspace: false, managedState: null, showOutputsCommand: null },
    });
    expect(spec.steps.map(({ name }) => name)).toEqual(['init', 'plan', 'apply', 'destroy']);
    expect(await queue.state(assignment.runId)).toBe('PERFORMING');
    expect(await queue.end(assignment)).toBe('FINISHED');
    expect(await state(id)).toBe('PENDING');
    await queue.report(worker, assignment, { kind: 'released' });
    await carryOut(worker);
    expect(await state(id)).toBe('ACTIVE');
    expect(await queue.text(assignment.runId)).toContain('Run of module legacy/network/aws is queued');
  });

  test('of a version one test that does not pass is enough, and its number is free again', async () => {
    await made();
    await upload();
    const { id } = await version({ tests: ['a', 'b'] });
    const worker = await queue.register();
    const failed = await carryOut(worker, 'UserFailed');
    expect(await state(id)).toBe('FAILED');
    await carryOut(worker);
    expect(await state(id)).toBe('FAILED');
    await expect(queue.admin.retryRun(failed)).rejects.toThrow('make the version again');
    const again = await version();
    await carryOut(worker);
    expect([await state(id), await state(again.id)]).toEqual(['FAILED', 'ACTIVE']);
  });

  test('a test that was stopped has not passed', async () => {
    await made();
    await upload();
    const { id } = await version();
    const [test] = await testsOf(id);
    await queue.admin.stop(test!.runId);
    expect(await state(id)).toBe('FAILED');
  });

  test('tests of two replicas that end at once decide on the version together', async () => {
    await made();
    await upload();
    const { id } = await version({ tests: ['a', 'b'] });
    const workers = [await queue.register('one'), await queue.register('two')];
    const assignments = await Promise.all(workers.map((worker) => queue.assignment(worker)));
    for (const assignment of assignments) await queue.start(assignment);
    await Promise.all(assignments.map((assignment) => queue.end(assignment)));
    expect(await state(id)).toBe('ACTIVE');
  });

  describe('what versions are refused', () => {
    const SOURCE = 'the source of module legacy/network/aws is';

    test.each([
      ['without a source', {}, {}, false, 'has no source yet'],
      ['of an upload, with a commit', {}, { commitSha: COMMIT }, true, `${SOURCE} uploaded: leave the commit out`],
      ['of another upload', {}, { source: 'x' }, true, 'has another source by now'],
      ['of a repository, without a commit', { repository: REPOSITORY }, {}, false, `${SOURCE} a git repository`],
      ['of a short commit', { repository: REPOSITORY }, { commitSha: 'abcdef0' }, false, 'too short for a version'],
      ['with a v', {}, { number: 'v1.2.3' }, true, 'three numbers such as 1.2.3'],
      ['of two numbers', {}, { number: '1.2' }, true, 'three numbers such as 1.2.3'],
      ['with build metadata', {}, { number: '1.2.3+4' }, true, 'three numbers such as 1.2.3'],
      ['with a test outside', {}, { tests: ['../x'] }, true, 'must be a folder inside the source'],
      ['with too many tests', {}, { tests: Array.from({ length: 21 }, (_, n) => `t${n}`) }, true, 'may have 20 tests'],
    ])('%s', async (_, module: Partial<NewModule>, input: Partial<NewModuleVersion>, isUploaded, sentence) => {
      await made(module);
      if (isUploaded) await upload();
      const before = await queue.everything();
      await expect(version(input)).rejects.toThrow(sentence);
      expect(await queue.everything()).toEqual(before);
    });

    test('a number that is there', async () => {
      await made();
      await upload();
      await version();
      await expect(version()).rejects.toThrow('has a version 1.2.3 already (PENDING)');
    });
  });

  test.each([
    ['a name with a slash', { name: 'a/b' }, 'name "a/b" of a module is not allowed'],
    ['a provider in capitals', { provider: 'AWS' }, 'provider "AWS" of a module is not allowed'],
    ['a space that ends with a dash', { space: 'team-' }, 'space "team-" cannot be the first part of a source'],
    ['a sparse checkout', { repository: { ...REPOSITORY, sparse: true } }, 'a module is checked out as a whole'],
    ['101 labels', { labels: Array.from({ length: 101 }, (_, n) => `l${n}`) }, 'a module may have 100 labels'],
    ['a pool that is not there', { pool: 'nowhere' }, 'worker pool nowhere not found'],
  ])('%s is refused, and nothing is stored', async (_, input, sentence) => {
    const before = await queue.everything();
    await expect(made(input)).rejects.toThrow(sentence);
    expect(await queue.everything()).toEqual(before);
  });

  test('is attached to another pool once its tests have ended, and what is not said stays', async () => {
    const pool = await makePool(queue, 'other');
    await made({ description: 'VPCs', labels: ['net'] });
    await upload();
    const { id } = await version();
    await expect(modules().update('legacy/network/aws', { pool: 'other' })).rejects.toThrow(
      'module legacy/network/aws has an unfinished run: stop them, or let them end, then move it to another pool',
    );
    await expect(modules().delete('legacy/network/aws')).rejects.toThrow('has an unfinished run');
    await expect(queue.admin.deletePool(queue.pool.id)).rejects.toThrow('has an unfinished run');
    await carryOut(await queue.register());
    const changed = await modules().update('legacy/network/aws', { pool: 'other', projectRoot: 'x' });
    expect(changed).toMatchObject({ description: 'VPCs', labels: ['net'], stack: { poolId: pool.id } });
    expect(await modules().version(id)).toMatchObject({ state: 'ACTIVE', projectRoot: '' });
  });

  test('a version that was yanked is offered no more, for good', async () => {
    await made();
    await upload();
    const { id } = await version();
    await expect(modules().yankVersion(id)).rejects.toThrow('is PENDING: only one that is ACTIVE is offered');
    await carryOut(await queue.register());
    const address = { space: 'legacy', name: 'network', provider: 'aws' };
    expect(await queue.admin.registry.numbers(address)).toEqual(['1.2.3']);
    expect(await modules().yankVersion(id, 'leaks')).toMatchObject({ yankNote: 'leaks' });
    expect(await queue.admin.registry.numbers(address)).toEqual([]);
    await expect(queue.admin.registry.archive(id)).rejects.toThrow('was yanked');
    await expect(modules().yankVersion(id)).rejects.toThrow('is yanked already');
    await expect(version()).rejects.toThrow('has a version 1.2.3 already');
  });

  test('what a version was made of is kept though the module has another source by now, until it is deleted', async () => {
    await made();
    const first = await upload('one');
    await version({ source: first });
    const second = await upload('two');
    const { modules: table, runs } = queue.context.store.read;
    expect(await table.namedSources([first, second])).toEqual([first]);
    await carryOut(await queue.register());
    expect([await runs.namedSources([first]), await table.namedSources([first])]).toEqual([[], [first]]);
    await modules().delete('legacy/network/aws');
    expect([await runs.namedSources([first, second]), await table.namedSources([first, second])]).toEqual([[], []]);
  });

  test.each([
    ['https', 'https://git.example.com/a.git', '', `git::https://git.example.com/a.git?ref=${COMMIT}`],
    ['ssh by the short form', 'git@host:team/a.git', 'net', `git::ssh://git@host/team/a.git//net?ref=${COMMIT}`],
  ])('a version of a repository by %s is fetched from there', async (_, url, projectRoot, address) => {
    const knownHosts = url.startsWith('https') ? {} : { credentials: { knownHosts: 'host ssh-ed25519 AAAA' } };
    await made({ repository: { url, ...knownHosts }, projectRoot });
    await version({ commitSha: COMMIT });
    await carryOut(await queue.register());
    const download = queue.admin.registry.download({ space: 'legacy', name: 'network', provider: 'aws' }, '1.2.3');
    expect(await download).toEqual({ kind: 'git', address });
  });
});

test.each([
  ['nothing has ended', [null, null], 'PENDING'],
  ['one has not ended', [true, null], 'PENDING'],
  ['all have passed', [true, true], 'ACTIVE'],
  ['one has not passed, whatever the others do', [false, null], 'FAILED'],
])('%s', (_, passed, state) => {
  expect(stateOf(passed.map((each) => ({ passed: each })))).toBe(state);
});
