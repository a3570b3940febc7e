import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { parse } from 'yaml';
import { parseToken } from '../../../src/protocol/token';
import { until } from '../../support/until';
import { makePool, makeStack, type TestControlPlane, type TestPool } from '../../control-plane/support/control-plane';
import { CommandLine, done, refused } from '../support/command-line';
import type { Program } from '../support/program';
import { TestWorker } from '../support/worker';

// Each test starts programs, which is slow where several suites share few processors.
let cli: CommandLine;
let controlPlane: TestControlPlane;
let program: Program;
let pool: TestPool;

beforeAll(async () => {
  cli = await CommandLine.open();
  ({ controlPlane, program } = cli);
  pool = await makePool(controlPlane, 'owned');
});

afterAll(() => cli.close());

const poolNow = async () => (await controlPlane.admin.pool(pool.id))!;

describe('pool update', () => {
  test('changes what is given, and leaves the rest', async () => {
    const first = [
      '--description',
      'what for',
      '--label',
      'a',
      '--label',
      'b',
      '--drift-runs',
      '2',
      '--space',
      'network',
    ];
    expect(await program.run('pool', 'update', 'owned', ...first)).toEqual(done('Pool owned is changed.\n'));
    const second = ['--label', 'c', '--remove-label', 'a', '--drift-runs', 'unlimited'];
    await program.run('pool', 'update', pool.id, ...second);
    expect(await poolNow()).toMatchObject({
      ...{ name: 'owned', description: 'what for', labels: ['b', 'c'], space: 'network', driftDetectionRunLimit: -1 },
    });
    await program.run('pool', 'update', 'owned', '--description', '', '-o', 'name');
    expect(await poolNow()).toMatchObject({ description: null, labels: ['b', 'c'] });
  });

  test.each<[string, string[], string, number?]>([
    ['nothing', [], 'nothing to change: say what, for example --description TEXT', 2],
    [
      'a label both ways',
      ['--label', 'x', '--remove-label', 'x'],
      'label x is to be added and removed: give one of both',
      2,
    ],
    ['a name with a slash', ['--name', 'a/b'], 'no slash, no control character'],
    ['a label that nobody sees', ['--label', ' '], 'label " " is not allowed'],
    ['a space that is a path', ['--space', '../x'], 'space "../x" is not allowed'],
  ])('refuses %s, and changes nothing', async (_, flags, sentence, exitCode = 1) => {
    const before = await poolNow();
    expect(await program.run('pool', 'update', 'owned', ...flags)).toEqual(refused(sentence, exitCode));
    expect(await poolNow()).toEqual(before);
  });
});

describe('pool reset', () => {
  test('writes the new key and token for nobody else to read, and the old ones count no longer', async () => {
    const before = await poolNow();
    const out = cli.at('again');
    const reset = await program.run('pool', 'reset', 'owned', '--out', out, '--key', 'ec', '--yes');
    expect(reset).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Pool owned has a new token.') });
    const files = ['private-key.pem', 'token', 'secret.yaml'].map((name) => cli.at('again', name));
    expect(files.map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600, 0o600]);
    const token = readFileSync(files[1]!, 'utf8');
    expect(token).toBe((await poolNow()).config);
    expect(parseToken(token).certificate).not.toBe(parseToken(before.config).certificate);
    expect((parse(readFileSync(files[2]!, 'utf8')) as { stringData: object }).stringData).toMatchObject({ token });
    pool = { ...pool, token: parseToken(token), privateKeyPem: readFileSync(files[0]!, 'utf8') };
  });

  test.each([
    ['nobody can be asked', (all: Program) => all, 'Nobody can be asked here: --yes does it without asking'],
    ['somebody says no', (all: Program) => all.answered('n\n'), 'nothing was done'],
    ['somebody goes away', (all: Program) => all.answered(''), 'nothing was done'],
  ])('does nothing when %s', async (how, at, sentence) => {
    const before = await poolNow();
    const out = cli.at(how);
    const { exitCode, stderr } = await at(program).run('pool', 'reset', 'owned', '--out', out);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining(sentence) });
    expect(await poolNow()).toEqual(before);
    expect(existsSync(cli.at(how, 'private-key.pem'))).toBe(false);
  });
});

describe('a pool with workers', () => {
  let busy: TestWorker;
  let runs: string[];

  beforeAll(async () => {
    for (const name of ['one', 'two']) await makeStack(controlPlane, pool.id, name);
    busy = await TestWorker.register(pool);
    runs = [
      (await controlPlane.admin.createRun({ stack: 'one' })).id,
      (await controlPlane.admin.createRun({ stack: 'one' })).id,
      (await controlPlane.admin.createRun({ stack: 'two' })).id,
    ];
    await busy.startPod();
  });

  afterAll(async () => {
    await busy?.close();
  });

  const workerId = async () => (await controlPlane.admin.workers(pool.id))[0]!.id;
  const workers = async () => (await program.run('worker', 'list', 'owned')).stdout;

  test('show has its queue, in progress first, with what each run waits for, and what it is used by', async () => {
    const { stdout } = await program.run('pool', 'show', 'owned');
    expect(stdout).toMatch(/^Used by +one, two$/m);
    expect(stdout).toMatch(/^Workers +1: 1 busy, 0 drained$/m);
    const [inProgress, behind, waiting] = runs;
    const queue = stdout.slice(stdout.indexOf('QUEUE')).trimEnd().split('\n').slice(1);
    expect(queue).toEqual([
      expect.stringMatching(new RegExp(`^1 +${inProgress} +one +TRACKED +PLANNING$`)),
      expect.stringMatching(
        new RegExp(`^2 +${waiting} +two +TRACKED +QUEUED +a worker: the only one of pool owned is busy$`),
      ),
      expect.stringMatching(
        new RegExp(`^- +${behind} +one +TRACKED +QUEUED +run ${inProgress} of the same stack, which is PLANNING$`),
      ),
    ]);
  });

  test.each([
    ['json', (text: string) => JSON.parse(text) as unknown],
    ['yaml', (text: string) => parse(text) as unknown],
  ])('show as %s is the same for programs', async (format, read) => {
    const { stdout } = await program.run('pool', 'show', 'owned', '-o', format);
    expect(read(stdout)).toMatchObject({
      id: pool.id,
      queue: [{ position: 1 }, { position: 2 }, { position: null }],
      usedBy: [{ name: 'one' }, { name: 'two' }],
    });
    expect(stdout).not.toContain('config');
  });

  test('drain is seen in the list, keeps runs away, and undone gives them again', async () => {
    expect(await workers()).toMatch(
      new RegExp(`^ID +NAME +STATUS +RUN +CREATED +METADATA\\n\\w+ +\\S+ +BUSY +${runs[0]} `),
    );
    const id = await workerId();
    const drained = await program.run('worker', 'drain', 'owned', id.toLowerCase());
    expect(drained).toEqual(done(expect.stringMatching(/^Worker \S+ is drained; run \w+ goes on\.\n$/)));
    expect(await workers()).toMatch(new RegExp(`^${id} +\\S+ +DRAINED +${runs[0]} `, 'm'));
    const waits = await program.run('run', 'show', runs[2]!);
    expect(waits.stdout).toMatch(/^Waits for +a worker: the only one of pool owned is drained or about to go$/m);
    await controlPlane.restart();
    expect(await workers()).toMatch(new RegExp(`^${id} +\\S+ +DRAINED `, 'm'));
    expect(await program.run('worker', 'undrain', 'owned', id, '-o', 'name')).toEqual(done(`${id}\n`));
    expect(await workers()).toMatch(new RegExp(`^${id} +\\S+ +BUSY `, 'm'));
  });

  test('drain changes none of several when one is not there', async () => {
    const id = await workerId();
    expect(await program.run('worker', 'drain', 'owned', id, 'a/b')).toEqual(refused('worker a/b not found', 4));
    expect((await controlPlane.admin.workers(pool.id))[0]).toMatchObject({ drained: false });
  });

  test('list --watch prints what changes', async () => {
    const watching = program.start('worker', 'list', 'owned', '--watch');
    try {
      await until(() => watching.hasPrinted('BUSY'), 'the list is printed');
      const id = await workerId();
      await controlPlane.admin.setDrained(pool.id, id, true);
      await until(() => watching.hasPrinted('DRAINED'), 'the change is printed');
      await controlPlane.admin.setDrained(pool.id, id, false);
      await until(() => watching.stdout.match(/BUSY/g)?.length === 2, 'the next one, too');
    } finally {
      watching.interrupt();
    }
    expect((await watching.ended).stdout.trimEnd().split('\n')).toHaveLength(4);
  });

  test('run prioritize puts a run before others, and with --off behind them again', async () => {
    const on = await program.run('run', 'prioritize', runs[2]!);
    expect(on.stdout).toMatch(new RegExp(`^Run ${runs[2]} goes before others\\. It waits for a worker`));
    expect((await program.run('pool', 'show', 'owned')).stdout).toMatch(/TRACKED \(prioritized\) +QUEUED/);
    const off = await program.run('run', 'prioritize', runs[2]!, '--off');
    expect(off.stdout).toContain('waits like the others.');
  });

  test('run cancel leaves what has started, run retry queues it again, one for each key', async () => {
    const [started, , waiting] = runs as [string, string, string];
    expect(await program.run('run', 'cancel', started)).toEqual(refused(`run ${started} is PLANNING: it has started`));
    expect((await program.run('run', 'cancel', waiting)).stdout).toBe(
      `Run ${waiting} is CANCELED: it had not started\n`,
    );
    const retry = () => program.run('run', 'retry', waiting, '--idempotency-key', 'job-7', '-o', 'name');
    const { stdout } = await retry();
    expect(await retry()).toEqual(done(stdout));
    expect((await controlPlane.admin.runs({ stack: 'two' })).map(({ id }) => id)).toEqual([stdout.trim(), waiting]);
    await controlPlane.admin.stop(stdout.trim());
  });

  test('run trigger gives one run a key, and says when the key stands for something else', async () => {
    const trigger = (...flags: string[]) => program.run('run', 'trigger', 'two', '--idempotency-key', 'k', ...flags);
    const { stdout } = await trigger('-o', 'name');
    expect(await trigger('-o', 'name')).toEqual(done(stdout));
    expect(await trigger('--proposed')).toEqual(refused(`the idempotency key k stands for run ${stdout.trim()}`));
    await controlPlane.admin.stop(stdout.trim());
  });

  test('cycle asks, and then lets every worker go', async () => {
    const asked = await program.answered('y\n').run('pool', 'cycle', 'owned');
    expect(asked).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('The workers of pool owned go') });
    expect(asked.stderr).toContain('idle ones at once, busy ones after their run.\nCycle pool owned? [y/N]');
    expect((await controlPlane.admin.workers(pool.id)).map(({ retiring }) => retiring)).toEqual([true]);
  });
});

test.each([
  ['pool update nothing --name x', 'worker pool nothing not found: worker-pools pool list shows'],
  ['pool cycle a/b --yes', 'worker pool a/b not found'],
  ['worker list app=x', 'worker pool app=x not found'],
  ['worker drain nothing w', 'worker pool nothing not found'],
  ['run retry ../../x', 'run ../../x not found'],
  ['run prioritize nothing', 'run nothing not found'],
  ['run cancel nothing', 'run nothing not found'],
  ['run list --pool nothing', 'worker pool nothing not found'],
])('%s says what is not there', async (command, sentence) => {
  expect(await program.run(...command.split(' '))).toEqual(refused(sentence, 4));
});

test('a name that two pools have asks for the id', async () => {
  for (let n = 0; n < 2; n += 1) await makePool(controlPlane, 'twice');
  expect(await program.run('pool', 'cycle', 'twice', '--yes')).toEqual(
    refused('2 worker pools are named twice: give the id'),
  );
});
