import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { makePool } from '../../control-plane/support/control-plane';
import { CommandLine, done, json, refused, SOURCE } from '../support/command-line';
import type { Program } from '../support/program';
import { TestWorker } from '../support/worker';

// Each test starts programs, which is slow where several suites share few processors.
let cli: CommandLine;
let program: Program;
const at = (...path: string[]): string => cli.at(...path);

beforeAll(async () => {
  cli = await CommandLine.open();
  ({ program } = cli);
  cli.write(SOURCE);
});

afterAll(() => cli.close());

describe('stack', () => {
  const flags = (pool: string): string[] => ['--pool', pool, '--source', at('source')];

  test('create makes a stack of a folder and of what the flags say', async () => {
    const { id } = await makePool(cli.controlPlane, 'for-stacks');
    const more = [
      '--auto-deploy',
      '--tool',
      'terraform',
      '--tool-version',
      '1.11.4',
      '--project-root',
      'network',
      '--runner-image',
      'a/b:1',
    ];
    const variables = ['--env', 'TF_VAR_a=1', '--env', 'TF_VAR_b=x=y'];
    const made = await program.run('stack', 'create', 'full', ...flags('for-stacks'), ...more, ...variables);
    expect(made).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('worker-pools run trigger full --follow'),
    });
    expect((await cli.controlPlane.admin.stacks()).find(({ name }) => name === 'full')).toMatchObject({
      poolId: id,
      tool: 'TERRAFORM',
      toolVersion: '1.11.4',
      autoDeploy: true,
      projectRoot: 'network',
      runnerImage: 'a/b:1',
    });
    expect(cli.controlPlane.environmentOf('full')).toEqual({ TF_VAR_a: '1', TF_VAR_b: 'x=y' });
    expect(await cli.arrived('full')).toEqual(['main.tf', 'network/main.tf']);
  });

  test('create refuses variables that no run can have, before anything is made', async () => {
    await makePool(cli.controlPlane, 'for-refusals');
    const variables = ['--env', 'A B=c', '--env', 'SPACELIFT_DEBUG=true', '--env', 'TF_VAR_vpc-cidr=10.0.0.0/16'];
    const made = await program.run('stack', 'create', 'never', ...flags('for-refusals'), ...variables);
    expect(made).toEqual(refused('Environment variable SPACELIFT_DEBUG is a setting of the pool', 2));
    expect(made.stderr).toContain('Environment variable "A B": a name has');
    expect(made.stderr).not.toContain('vpc-cidr');
    expect((await cli.controlPlane.admin.stacks()).map(({ name }) => name)).not.toContain('never');
  });

  test('dependency lets a stack depend on another, lists both sides, and says what is refused', async () => {
    await makePool(cli.controlPlane, 'for-dependencies');
    for (const name of ['network', 'app']) await program.run('stack', 'create', name, ...flags('for-dependencies'));
    expect(await program.run('stack', 'dependency', 'add', 'app', 'network')).toEqual(
      done('Stack app depends on stack network: tracked runs that are queued from now on go in this order.\n'),
    );
    for (const name of ['app', 'network']) {
      expect((await program.run('stack', 'dependency', 'list', name)).stdout).toMatch(
        /STACK +DEPENDS ON +TAKES\napp +network\n/,
      );
    }
    expect(await program.run('stack', 'dependency', 'add', 'network', 'app')).toEqual(
      refused('stack network cannot depend on stack app, because that depends on network: network -> app -> network'),
    );
    expect(await program.run('stack', 'delete', 'network')).toEqual(refused('stack app depends on stack network'));
    await program.run('stack', 'dependency', 'remove', 'app', 'network');
    expect(await program.run('stack', 'dependency', 'remove', 'app', 'network')).toEqual(
      refused('stack app does not depend on stack network', 4),
    );
  });

  test('output shows what a run has told, and sensitive values only where that is asked for', async () => {
    const worker = await TestWorker.register(await makePool(cli.controlPlane, 'for-outputs'));
    for (const name of ['told', 'taker']) await program.run('stack', 'create', name, ...flags('for-outputs'));
    expect(await program.run('stack', 'output', 'told')).toEqual(refused('no outputs of stack told are known'));
    await cli.controlPlane.admin.createRun({ stack: 'told' });
    const { pod, assignment } = await worker.startAssigned();
    const outputs = [
      { name: 'zone', sensitive: false, value: '"eu"' },
      { name: 'sizes', sensitive: false, value: '[12345678901234567890]' },
      { name: 'password', sensitive: true, value: '"hunter2"' },
      { name: 'key', sensitive: true, value: null, withheld: 'sensitive' },
    ];
    const { fence } = assignment;
    expect(await pod.post('outputs', { fence, outputs, isCut: false })).toEqual({ status: 200, body: {} });
    await pod.outcome('Succeeded');
    await worker.close();
    const { stdout } = await program.run('stack', 'output', 'told');
    expect(stdout).toMatch(
      /password +yes +\(it is sensitive: --sensitive shows it\)\nsizes +\[12345678901234567890\]\nzone +"eu"\n/,
    );
    expect(stdout).not.toContain('hunter2');
    expect(await program.run('stack', 'output', 'told', 'zone')).toEqual(done('eu\n'));
    expect(await program.run('stack', 'output', 'told', 'sizes')).toEqual(done('[12345678901234567890]\n'));
    expect(await program.run('stack', 'output', 'told', 'password')).toEqual(refused('is not shown: it is sensitive'));
    expect(await program.run('stack', 'output', 'told', 'password', '--sensitive')).toEqual(done('hunter2\n'));
    expect(await program.run('stack', 'output', 'told', 'none')).toEqual(refused('stack told has no output none', 4));
    for (const format of ['json', 'yaml']) {
      const { stdout: printed } = await program.run('stack', 'output', 'told', 'sizes', '-o', format);
      expect(printed).toMatch(/^(\[\n  |- )12345678901234567890\n/);
    }
    const all = json(await program.run('stack', 'output', 'told', '-o', 'json'));
    expect(all).toContainEqual({ name: 'password', sensitive: true, withheld: null, value: null });
    expect(all).toContainEqual({ name: 'zone', sensitive: false, withheld: null, value: 'eu' });
    await program.run('stack', 'dependency', 'add', 'taker', 'told');
    expect(await program.run('stack', 'dependency', 'map', 'taker', 'told', 'zone', 'TF_VAR_zone')).toEqual(
      done('Runs of stack taker that start from now on have the output zone of stack told as TF_VAR_zone.\n'),
    );
    expect((await program.run('stack', 'dependency', 'list', 'taker')).stdout).toContain('zone as TF_VAR_zone');
    expect(await program.run('stack', 'dependency', 'unmap', 'taker', 'TF_VAR_zone')).toEqual(
      done('Runs of stack taker that start from now on do not have TF_VAR_zone of another stack.\n'),
    );
    expect(await program.run('stack', 'dependency', 'unmap', 'taker', 'TF_VAR_zone')).toEqual(
      refused('has no output of another stack as TF_VAR_zone', 4),
    );
    expect(await program.run('stack', 'dependency', 'map', 'told', 'taker', 'a', 'A')).toEqual(
      refused('stack told does not depend on stack taker: worker-pools stack dependency add told taker', 4),
    );
  });

  test('push uploads the folder again', async () => {
    await makePool(cli.controlPlane, 'for-push');
    await program.run('stack', 'create', 'pushed', ...flags('for-push'));
    cli.write({ 'next/next.tf': '# more' });
    const pushed = await program.run('stack', 'push', 'pushed', '--source', at('next'));
    expect(pushed).toMatchObject({
      exitCode: 0,
      stdout: 'Packed 1 file, 6 bytes.\nStack pushed has a new source.\n',
    });
    expect(await cli.arrived('pushed')).toEqual(['next.tf']);
  });

  test('list shows a table, or JSON', async () => {
    const { id } = await makePool(cli.controlPlane, 'for-list');
    await cli.controlPlane.admin.createStack({ name: 'listed', pool: id });
    const [table, raw] = await Promise.all([program.run('stack', 'list'), program.run('stack', 'list', '-o', 'json')]);
    expect(table.stdout).toMatch(/^listed +NONE +for-list +opentofu +after confirmation$/m);
    expect(json(raw)).toContainEqual(expect.objectContaining({ name: 'listed', tool: 'OPENTOFU', hasSource: false }));
  });

  test('update changes what is given, from flags and from a file, and show tells all but the values', async () => {
    await makePool(cli.controlPlane, 'for-update');
    const made = ['--env', 'OLD=1', '--env', 'KEPT=1'];
    await program.run('stack', 'create', 'changed', ...flags('for-update'), ...made);
    cli.write({ 'some.env': '# a comment\n\nFROM_FILE=a=b # c\r\nBOTH=file\n' });
    const change = ['--env-from-file', at('some.env'), '--env', 'BOTH=flag', '--unset-env', 'OLD', '--auto-deploy'];
    const changed = await program.run('stack', 'update', 'changed', ...change, '--project-root', './network/');
    expect(changed).toEqual(done('Stack changed is changed; runs that start from now on go by it.\n'));
    expect(await cli.controlPlane.admin.stack('changed')).toMatchObject({
      autoDeploy: true,
      projectRoot: 'network',
    });
    expect(cli.controlPlane.environmentOf('changed')).toEqual({ KEPT: '1', FROM_FILE: 'a=b # c', BOTH: 'flag' });
    const { stdout } = await program.run('stack', 'show', 'changed');
    expect(stdout).toMatch(/^Environment +BOTH, FROM_FILE, KEPT$/m);
    expect(stdout).not.toContain('a=b');
  });

  test('delete frees the name', async () => {
    await makePool(cli.controlPlane, 'for-delete');
    await program.run('stack', 'create', 'gone', ...flags('for-delete'));
    expect(await program.run('stack', 'delete', 'gone')).toEqual(
      done('Stack gone is deleted. What its runs have applied stays as it is.\n'),
    );
    expect(await program.run('stack', 'create', 'gone', ...flags('for-delete'))).toMatchObject({ exitCode: 0 });
  });

  test('create warns that the bundled runner has no terraform', async () => {
    await makePool(cli.controlPlane, 'for-terraform');
    const { stderr } = await program.run('stack', 'create', 'tf', ...flags('for-terraform'), '--tool', 'terraform');
    expect(stderr).toContain('--tool terraform needs --tool-version, or an image that has terraform');
  });

  test.each<[verb: string, what: string, args: () => string[], sentence: string, exitCode?: number]>([
    ['update', 'nothing', () => ['listed'], 'nothing to change', 2],
    ['update', 'a missing file', () => ['listed', '--env-from-file', at('nowhere')], 'cannot be read: ENOENT'],
    [
      'update',
      'a line that is no variable',
      () => ['listed', '--env-from-file', at('source', 'network', 'main.tf')],
      'line 1 of',
      2,
    ],
    ['update', 'a variable that no run can have', () => ['listed', '--env', 'A B=1'], 'Environment variable "A B"', 2],
    ['create', 'a bad name', () => ['a/b', ...flags('p')], 'letters, digits, dot, dash and underscore'],
    ['create', 'a missing pool', () => ['x', ...flags('nowhere')], 'worker pool nowhere not found', 4],
    ['create', 'a missing folder', () => ['x', '--pool', 'p', '--source', 'nowhere'], 'there is no folder nowhere'],
    ['push', 'a missing stack', () => ['nothing', '--source', at('source')], 'stack nothing not found', 4],
  ])('%s refuses %s', async (verb, _, args, sentence, exitCode = 1) => {
    expect(await program.run('stack', verb, ...args())).toEqual(refused(sentence, exitCode));
  });
});
