import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { makePool, makeStack, type TestControlPlane } from '../../control-plane/support/control-plane';
import { planChanges } from '../../support/plan-changes';
import { CommandLine, done, json, refused } from '../support/command-line';
import { TestWorker } from '../support/worker';
import type { Program } from '../support/program';

// Each test starts programs, which is slow where several suites share few processors.
let cli: CommandLine;
let controlPlane: TestControlPlane;
let program: Program;

beforeAll(async () => {
  cli = await CommandLine.open();
  ({ controlPlane, program } = cli);
  const pool = await makePool(controlPlane, 'for-runs');
  await makeStack(controlPlane, pool.id, 'runs');
});

afterAll(() => cli.close());

describe('run', () => {
  const trigger = async (): Promise<string> => (await controlPlane.admin.createRun({ stack: 'runs' })).id;

  test.each([
    ['a run that asks', [], { type: 'TRACKED', autoDeploy: false }],
    ['a run that only plans', ['--proposed'], { type: 'PROPOSED', autoDeploy: false }],
    ['a run that applies by itself', ['--auto-deploy'], { type: 'TRACKED', autoDeploy: true }],
    ['a run that destroys, and asks', ['--type', 'destroy'], { type: 'DESTROY', autoDeploy: false }],
  ])('trigger queues %s', async (_, flags, expected) => {
    const triggered = await program.run('run', 'trigger', 'runs', ...flags);
    const [run] = await controlPlane.admin.runs({ stack: 'runs', limit: 1 });
    expect(triggered).toEqual({
      exitCode: 0,
      stdout: `Run ${run?.id} of stack runs is QUEUED\n`,
      stderr: expect.stringMatching(/^It waits for (run|a worker: pool for-runs has none registered)/),
    });
    expect(run).toMatchObject(expected);
  });

  test('trigger refuses to apply by itself what is only planned', async () => {
    const both = await program.run('run', 'trigger', 'runs', '--proposed', '--auto-deploy');
    expect(both).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("'--proposed' cannot be used with") });
  });

  test('show says how a run stands and what it waits for', async () => {
    const id = await trigger();
    const { stdout } = await program.run('run', 'show', id.toLowerCase());
    expect(stdout).toMatch(new RegExp(`^Run +${id}\\nStack +runs\\n`));
    expect(stdout).toMatch(/^Waits for +(run|a worker)/m);
  });

  test('changes shows what a plan changes, by what happens, and for programs', async () => {
    const pool = await makePool(controlPlane, 'for-changes');
    await makeStack(controlPlane, pool.id, 'changes');
    const { id } = await controlPlane.admin.createRun({ stack: 'changes' });
    const none = await program.run('run', 'changes', id);
    expect(none).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(`run ${id} is QUEUED and has no plan`) });
    const worker = await TestWorker.register(pool);
    const { pod, assignment } = await worker.startAssigned();
    await pod.post('changes', { fence: assignment.fence, changes: planChanges() });
    await worker.close();
    const [words, raw, names, show] = await Promise.all([
      program.run('run', 'changes', id),
      program.run('run', 'changes', id, '-o', 'json'),
      program.run('run', 'changes', id, '--type', 'replace', '-o', 'name'),
      program.run('run', 'show', id),
    ]);
    expect(words.stdout).toMatch(/^Plan: 1 to replace, 1 to add\n\n +ACTION +RESOURCE +WHY\n/);
    expect(words.stdout).toMatch(
      /^-\/\+ +replace +aws_db.old +for engine; because cannot update\n\+ +add +aws_vpc.main\n/m,
    );
    expect(words.stdout).toMatch(/^~ +address\n$/m);
    expect(json(raw)).toMatchObject({
      delta: { addCount: 2, deleteCount: 1 },
      isCut: false,
      outputs: [{ name: 'address' }],
    });
    expect(names.stdout).toBe('aws_db.old\n');
    expect(show.stdout).toMatch(/^Plan +1 to replace, 1 to add$/m);
  });

  test('list shows a table of one stack, or JSON, newest first', async () => {
    const ids = [await trigger(), await trigger()];
    const [table, raw] = await Promise.all([
      program.run('run', 'list', '--stack', 'runs'),
      program.run('run', 'list', '-o', 'json'),
    ]);
    expect(table.stdout).toMatch(/^ID +STACK +TYPE +STATE +REASON +CREATED\n/);
    expect(table.stdout).toMatch(
      new RegExp(`^${ids[0]} +runs +TRACKED +QUEUED +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\dZ$`, 'm'),
    );
    expect(json(raw).slice(0, 2)).toMatchObject([{ id: ids[1] }, { id: ids[0] }]);
  });

  test('log prints what there is, and ends well whatever became of the run', async () => {
    const id = await trigger();
    await controlPlane.admin.stop(id, 'no time');
    const expected = 'Run of stack runs is queued\nThe run was stopped: no time\n';
    expect(await program.run('run', 'log', id)).toEqual(done(expected));
    expect(await program.run('run', 'log', id, '--follow')).toEqual({
      exitCode: 1,
      stdout: expected,
      stderr: '--- CANCELED\nworker-pools: the run is CANCELED\n',
    });
  });

  test('stop ends a run that waits', async () => {
    const id = await trigger();
    expect(await program.run('run', 'stop', id)).toEqual(done(`Run ${id} is CANCELED: it had not started\n`));
    const again = `Run ${id} is CANCELED: it had not started\n`;
    expect(await program.run('run', 'stop', id.toLowerCase())).toEqual(done(again));
  });

  test.each([['confirm'], ['discard']])('%s is refused before there is a plan', async (verb) => {
    const id = await trigger();
    expect(await program.run('run', verb, id)).toEqual(refused(`run ${id} is QUEUED: it cannot ${verb} now`));
  });

  test.each([
    ['trigger', 'stack nothing not found'],
    ['log', 'run nothing not found'],
    ['confirm', 'run nothing not found'],
    ['discard', 'run nothing not found'],
    ['stop', 'run nothing not found'],
  ])('%s of what is not there says so', async (verb, sentence) => {
    expect(await program.run('run', verb, 'nothing')).toEqual(refused(sentence, 4));
  });
});
