import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { makePool, makeStack, TestControlPlane, type TestPool } from '../../control-plane/support/control-plane';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { until } from '../../support/until';
import { line } from '../../control-plane/support/pod';
import { Program, type RunningProgram } from '../support/program';
import { TestWorker } from '../support/worker';

// Each test starts programs, which is slow where several suites share few processors.
let bundles: string;
let bundle: Program;
let controlPlane: TestControlPlane;
let pool: TestPool;
let worker: TestWorker;
let program: Program;

beforeAll(async () => {
  bundles = temporaryFolder();
  bundle = await Program.ofApiCommands(bundles);
});

beforeEach(async () => {
  controlPlane = await TestControlPlane.start();
  pool = await makePool(controlPlane);
  await makeStack(controlPlane, 'pool');
  worker = await TestWorker.register(pool);
  program = bundle.knowing(controlPlane);
});

afterEach(async () => {
  await worker.close();
  await controlPlane.close();
});

afterAll(() => removeFolder(bundles));

const theRun = async (): Promise<string> => (await controlPlane.admin.runs({ limit: 1 }))[0]!.id;
const printed = (child: RunningProgram, text: string): Promise<true> =>
  until(() => child.hasPrinted(text), `the program prints ${JSON.stringify(text)}`);
/** What the steps printed, without the lines of the control plane. */
const output = (stdout: string): string[] => stdout.split('\n').filter((text) => text.startsWith('line '));

describe('run trigger --follow', () => {
  test('prints each line as it comes, plainly when piped, and ends with 0 when the run has FINISHED', async () => {
    const child = program.start('run', 'trigger', 'stack', '--follow');
    const pod = await worker.startPod();
    for (const number of [1, 2, 3]) {
      await pod.log('relay', [line(number)]);
      await printed(child, `line ${number}\n`);
    }
    await pod.outcome('Succeeded');
    const { exitCode, stdout, stderr } = await child.ended;
    expect({ exitCode, output: output(stdout) }).toEqual({ exitCode: 0, output: ['line 1', 'line 2', 'line 3'] });
    expect(stdout).toMatch(new RegExp(`^Run ${await theRun()} of stack stack is PREPARING\n`));
    expect(stderr).toMatch(/^(--- [A-Z]+\n)*--- PLANNING\n--- FINISHED\n$/);
    expect(stdout + stderr).not.toContain('\u001b');
  });

  test('says on Ctrl-C that the run goes on, and how to look again', async () => {
    const child = program.start('run', 'trigger', 'stack', '--follow');
    const pod = await worker.startPod();
    await pod.log('relay', [line(1)]);
    await printed(child, 'line 1\n');
    child.interrupt();
    const { exitCode, stderr } = await child.ended;
    expect(exitCode).toBe(130);
    expect(stderr).toContain(
      `Run ${await theRun()} continues. Follow it again with: worker-pools run log ${await theRun()} --follow`,
    );
    expect((await controlPlane.admin.run(await theRun()))?.state).toBe('PLANNING');
  });

  test('a stop asks a Pod, says so, and is told once', async () => {
    const child = program.start('run', 'trigger', 'stack', '--follow');
    const pod = await worker.startPod();
    const stop = await program.run('run', 'stop', await theRun());
    expect(stop.stdout).toMatch(/ is PLANNING and was asked to stop\. See it end with: worker-pools run log /);
    await pod.outcome('Cancelled');
    const { stdout, stderr } = await child.ended;
    expect((stdout + stderr).match(/stopped by a person/g)).toHaveLength(1);
  });

  test('ends with 1 and the reason when the run failed', async () => {
    const child = program.start('run', 'trigger', 'stack', '--follow');
    await (await worker.startPod()).outcome('UserFailed');
    const { exitCode, stderr } = await child.ended;
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/--- FAILED\nworker-pools: the run is FAILED \(UserFailed\): it UserFailed\n$/);
  });

  test('waits for a confirmation, says how to give it, and goes on through the second stage', async () => {
    const child = program.start('run', 'trigger', 'stack', '--follow');
    const planning = await worker.startPod();
    await planning.put('the sealed workspace');
    await planning.outcome('Succeeded', true);
    const id = await theRun();
    expect((await program.run('run', 'confirm', id)).stdout).toBe(`Run ${id} is CONFIRMED\n`);
    await worker.release();
    const applying = await worker.startPod();
    await applying.log('relay', [line(1, 'line of apply\n')]);
    await applying.outcome('Succeeded');
    const { exitCode, stdout, stderr } = await child.ended;
    expect({ exitCode, output: output(stdout) }).toEqual({ exitCode: 0, output: ['line of apply'] });
    expect(stderr).toContain('--- APPLYING\n--- FINISHED\n');
  });

  test('ends with 1 when another person discards the plan', async () => {
    const child = program.start('run', 'trigger', 'stack', '--follow');
    const pod = await worker.startPod();
    await pod.put('the sealed workspace');
    await pod.outcome('Succeeded', true);
    const id = await theRun();
    expect(await program.run('run', 'discard', id)).toMatchObject({ exitCode: 0, stdout: `Run ${id} is DISCARDED\n` });
    const { exitCode, stderr } = await child.ended;
    expect(exitCode).toBe(1);
    expect(stderr).toContain('the run is DISCARDED');
  });
});

describe('run log --follow', () => {
  test('goes on where it was when the control plane was restarted: no line twice, none lost', async () => {
    const id = (await controlPlane.admin.createRun({ stack: 'stack' })).id;
    const pod = await worker.startPod();
    await pod.log('relay', [line(1), line(2)]);
    const child = program.start('run', 'log', id, '--follow');
    await printed(child, 'line 2\n');

    await controlPlane.restart();
    await pod.log('relay', [line(3)]);
    await printed(child, 'line 3\n');
    await pod.outcome('Succeeded');

    const { exitCode, stdout } = await child.ended;
    expect({ exitCode, output: output(stdout) }).toEqual({ exitCode: 0, output: ['line 1', 'line 2', 'line 3'] });
  });

  test('outlasts a control plane that is away, and says that the run goes on', async () => {
    const id = (await controlPlane.admin.createRun({ stack: 'stack' })).id;
    const pod = await worker.startPod();
    await pod.log('relay', [line(1)]);
    const child = program.start('run', 'log', id, '--follow');
    await printed(child, 'line 1\n');

    await controlPlane.restart(() => until(() => child.stderr.includes('the run goes on'), 'the follower says so'));
    await pod.log('relay', [line(2)]);
    await printed(child, 'line 2\n');
    await pod.outcome('Succeeded');

    const { exitCode, stdout, stderr } = await child.ended;
    expect({ exitCode, output: output(stdout) }).toEqual({ exitCode: 0, output: ['line 1', 'line 2'] });
    expect(stderr.match(/nothing listens there \(ECONNREFUSED\); the run goes on/g)).toHaveLength(1);
    expect(stderr).toContain('--- connected again\n');
  });

  test('gives up at once where nobody ever answered, and on a run that is not there', async () => {
    const elsewhere = program.with({ WORKER_POOLS_URL: 'https://127.0.0.1:1' });
    const nobody = await elsewhere.run('run', 'log', '01K3ZC0000000000000000000R', '--follow');
    expect(nobody).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('(ECONNREFUSED)') });
    const nothing = await program.run('run', 'log', '01K3ZC0000000000000000000R', '--follow');
    expect(nothing).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('not found') });
  });

  test('keeps characters that other readers take for the end of a line', async () => {
    const id = (await controlPlane.admin.createRun({ stack: 'stack' })).id;
    const pod = await worker.startPod();
    await pod.log('relay', [line(1, 'line \u2028 separator \u2029 ü 🚀\n')]);
    await pod.outcome('Succeeded');
    const { exitCode, stdout } = await program.run('run', 'log', id, '--follow');
    expect({ exitCode, output: output(stdout) }).toEqual({
      exitCode: 0,
      output: ['line \u2028 separator \u2029 ü 🚀'],
    });
  });

  test('ends quietly when nobody reads on', async () => {
    const id = (await controlPlane.admin.createRun({ stack: 'stack' })).id;
    const pod = await worker.startPod();
    const child = program.start('run', 'log', id, '--follow');
    await pod.log('relay', [line(1)]);
    await printed(child, 'line 1\n');
    child.stopReading();
    await pod.log('relay', [line(2)]);
    await pod.log('relay', [line(3)]);
    expect(await child.ended).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining('EPIPE') });
  });
});
