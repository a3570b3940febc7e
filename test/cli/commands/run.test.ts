import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { makePool, makeStack, type TestControlPlane } from '../../control-plane/support/control-plane';
import { CommandLine, done, json, refused } from '../support/command-line';
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
    expect(both).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("'--proposed' cannot be used with") });
  });

  test('show says how a run stands and what it waits for', async () => {
    const id = await trigger();
    const { stdout } = await program.run('run', 'show', id.toLowerCase());
    expect(stdout).toMatch(new RegExp(`^Run +${id}\\nStack +runs\\n`));
    expect(stdout).toMatch(/^Waits for +(run|a worker)/m);
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
    expect(await program.run('run', verb, 'nothing')).toEqual(refused(sentence));
  });
});
