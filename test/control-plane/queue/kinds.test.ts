import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { NewRun } from '../../../src/control-plane/admin/input';
import { TestQueue } from '../support/queue';

describe('what a run is for', () => {
  let queue: TestQueue;

  beforeEach(async () => {
    queue = await TestQueue.ready();
  });

  afterEach(() => queue.close());

  const triggered = async (wanted: Partial<NewRun> = {}) => {
    const worker = await queue.register();
    const { id } = await queue.admin.createRun({ stack: 'stack', ...wanted });
    const assignment = await queue.assignment(worker);
    return { id, worker, assignment, spec: await queue.start(assignment) };
  };

  describe('a run that destroys', () => {
    test('plans that, waits for a person, deletes by its plan, and leaves the stack', async () => {
      const { id, worker, assignment, spec } = await triggered({ type: 'DESTROY' });
      expect(spec.steps.map(({ command }) => command)).toEqual([
        expect.stringMatching(/^tofu init /),
        expect.stringMatching(/^tofu plan -destroy .*-out=/),
      ]);
      expect(spec).toMatchObject({ planStep: 'plan', keepsWorkspace: true });
      expect(await queue.end(assignment, 'Succeeded', true)).toBe('UNCONFIRMED');
      await queue.report(worker, assignment, { kind: 'released' });
      await queue.admin.confirm(id);
      const applying = await queue.assignment(worker);
      expect((await queue.start(applying)).steps[1]?.command).toMatch(/^tofu apply /);
      expect(await queue.end(applying)).toBe('FINISHED');
      expect(await queue.admin.stack('stack')).toMatchObject({ name: 'stack' });
    });

    test.each([
      ['asks though its stack applies by itself', undefined, 'UNCONFIRMED'],
      ['does not ask where that was said', true, 'CONFIRMED'],
    ])('%s', async (_, autoDeploy, state) => {
      await queue.admin.updateStack('stack', { autoDeploy: true });
      const { assignment } = await triggered({ type: 'DESTROY', ...(autoDeploy && { autoDeploy }) });
      expect(await queue.end(assignment, 'Succeeded', true)).toBe(state);
    });

    test('ends after its plan where there is nothing to delete', async () => {
      const { assignment } = await triggered({ type: 'DESTROY' });
      expect(await queue.end(assignment)).toBe('FINISHED');
    });
  });

  describe('a task', () => {
    test('carries out its command after init, with the state, and ends as it does', async () => {
      const { id, assignment, spec } = await triggered({ type: 'TASK', command: "echo 'a b' | cat" });
      expect(spec.steps.map(({ name, command }) => [name, command])).toEqual([
        ['init', expect.stringMatching(/^tofu init /)],
        ['task', "echo 'a b' | cat"],
      ]);
      expect(spec).toMatchObject({ planStep: null, keepsWorkspace: false, managedState: { version: 0 } });
      expect(await queue.state(id)).toBe('PERFORMING');
      expect(await queue.end(assignment, 'UserFailed')).toBe('FAILED');
    });

    test('goes without init where that was said', async () => {
      const { spec } = await triggered({ type: 'TASK', command: 'true', skipInitialization: true });
      expect(spec.steps.map(({ name }) => name)).toEqual(['task']);
    });

    test('is confirmed by nobody, even if its launcher speaks of changes', async () => {
      const { assignment } = await triggered({ type: 'TASK', command: 'true' });
      expect(await queue.end(assignment, 'Succeeded', true)).toBe('FINISHED');
    });

    test('is started again where its start was forgotten by a backup', async () => {
      const { run, assignment } = await queue.assigned('stack', 'TASK');
      await queue.heartbeat(assignment);
      expect(await queue.state(run)).toBe('PERFORMING');
    });

    test.each([
      ['a task without a command', { type: 'TASK' }, 'a task needs a command'],
      ['a command of another run', { command: 'true' }, 'no other run has one'],
      ['a command of blanks', { type: 'TASK', command: ' \n' }, 'not blanks alone'],
      ['a command with a NUL', { type: 'TASK', command: 'a\0' }, 'no NUL'],
      ['a command without end', { type: 'TASK', command: 'a'.repeat(10_001) }, '1 to 10000 characters'],
    ] as const)('%s is refused', async (_, wanted, sentence) => {
      await expect(queue.admin.createRun({ stack: 'stack', ...wanted })).rejects.toThrow(sentence);
      expect(await queue.admin.runs()).toEqual([]);
    });
  });

  describe('what is said of one run alone', () => {
    const OWN = {
      commitSha: 'ABCDEF0123',
      commitMessage: 'Make it larger\n\nBy one.',
      projectRoot: './envs/dev/',
      runnerImage: 'registry.example.com/runner:2',
      environment: { TF_VAR_size: '3', SECRET: 'hunter2' },
    };

    test('goes in place of what its stack says, for that run', async () => {
      await queue.admin.updateStack('stack', {
        projectRoot: 'envs/prod',
        runnerImage: 'of-the-stack',
        environment: { TF_VAR_size: '1', KEPT: 'yes' },
      });
      const { assignment, spec } = await triggered(OWN);
      expect(assignment).toMatchObject({ runnerImage: OWN.runnerImage });
      expect(spec.projectRoot).toBe('envs/dev');
      expect(spec.environment).toEqual({ TF_VAR_size: '3', SECRET: 'hunter2', KEPT: 'yes' });
      await queue.end(assignment);
      const { spec: next } = await triggered({ type: 'PROPOSED' });
      expect(next).toMatchObject({ projectRoot: 'envs/prod', environment: { TF_VAR_size: '1', KEPT: 'yes' } });
    });

    test('is there again when it applies', async () => {
      const { worker, assignment } = await triggered({ ...OWN, autoDeploy: true });
      await queue.end(assignment, 'Succeeded', true);
      await queue.report(worker, assignment, { kind: 'released' });
      const applying = await queue.start(await queue.assignment(worker));
      expect(applying).toMatchObject({ stage: 'applying', projectRoot: 'envs/dev', environment: OWN.environment });
    });

    test.each([
      ['the image of its stack', 'planned-by'],
      ['the image of its pool, where none is named', null],
    ])('a run applies by what it was planned by: %s', async (_, runnerImage) => {
      await queue.admin.updateStack('stack', { runnerImage });
      const { worker, assignment } = await triggered({ autoDeploy: true });
      await queue.admin.updateStack('stack', { runnerImage: 'of-later-runs' });
      expect((await queue.view(worker))?.assignment?.runnerImage).toBe(runnerImage ?? undefined);
      await queue.end(assignment, 'Succeeded', true);
      await queue.report(worker, assignment, { kind: 'released' });
      const applying = await queue.assignment(worker);
      expect(applying).toMatchObject({ stage: 'applying' });
      expect(applying.runnerImage).toBe(runnerImage ?? undefined);
      await queue.start(applying);
      await queue.end(applying);
      await queue.report(worker, applying, { kind: 'released' });
      await queue.admin.createRun({ stack: 'stack', type: 'PROPOSED' });
      expect((await queue.assignment(worker)).runnerImage).toBe('of-later-runs');
    });

    test('is shown, but for values, which nothing holds as they are', async () => {
      const { id } = await queue.admin.createRun({ stack: 'stack', ...OWN });
      expect(await queue.admin.run(id)).toMatchObject({
        commitSha: 'abcdef0123',
        commitMessage: OWN.commitMessage,
        environmentNames: ['SECRET', 'TF_VAR_size'],
      });
      const rows = await queue.rows('runEnvironments');
      expect(rows).toEqual([{ id, environment: expect.stringMatching(/^v1:/) }]);
      expect(JSON.stringify([await queue.rows('runs'), rows])).not.toContain('hunter2');
    });

    test('goes along with a retry, its commit only if the source is the same', async () => {
      const { id } = await queue.admin.createRun({ stack: 'stack', type: 'PROPOSED', ...OWN });
      await queue.admin.stop(id);
      const retry = await queue.admin.retryRun(id);
      expect(retry).toMatchObject({ commitSha: 'abcdef0123', projectRoot: 'envs/dev' });
      await queue.admin.stop(retry.id);
      const { id: stackId } = (await queue.admin.stack('stack'))!;
      await queue.context.store.transaction((tx) => tx.stacks.setSource(stackId, 'newer'));
      const other = await queue.admin.retryRun(retry.id);
      expect(other).toMatchObject({ commitSha: null, commitMessage: null, projectRoot: 'envs/dev' });
      const spec = await queue.start(await queue.assignment(await queue.register()));
      expect(spec.environment).toEqual(OWN.environment);
    });

    test('makes another run of it, which a key does not stand for', async () => {
      const wanted = { stack: 'stack', idempotencyKey: 'k', ...OWN };
      const { id } = await queue.admin.createRun(wanted);
      expect((await queue.admin.createRun(wanted)).id).toBe(id);
      await expect(queue.admin.createRun({ ...wanted, commitSha: '1234567' })).rejects.toThrow(
        'which is TRACKED, with another commitSha',
      );
    });

    test('goes with its stack', async () => {
      const { id } = await queue.admin.createRun({ stack: 'stack', ...OWN });
      await queue.admin.stop(id);
      await queue.admin.deleteStack('stack');
      expect(await queue.rows('runEnvironments')).toEqual([]);
    });

    test.each([
      ['a commit that is none', { commitSha: 'main' }, 'commit "main" is not allowed'],
      ['a message of no commit', { commitMessage: 'x' }, 'needs the hash of its commit'],
      ['a message that obeys', { commitSha: '1234567', commitMessage: '\u001b[2J' }, 'no control character'],
      ['a folder outside', { projectRoot: '../x' }, 'must be a folder inside the source'],
      ['a variable of the pool', { environment: { SPACELIFT_DEBUG: 'true' } }, 'is a setting of the pool'],
    ])('%s is refused', async (_, wanted, sentence) => {
      await expect(queue.admin.createRun({ stack: 'stack', ...wanted })).rejects.toThrow(sentence);
      expect(await queue.admin.runs()).toEqual([]);
    });

    test('is refused where it does not fit beside what its stack has', async () => {
      const large = (name: string) =>
        Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`${name}_${n}`, 'x'.repeat(100_000)]));
      await queue.admin.updateStack('stack', { environment: large('A') });
      const run = { stack: 'stack', environment: large('B') };
      await expect(queue.admin.createRun(run)).rejects.toThrow('bytes together; at most');
    });
  });
});
