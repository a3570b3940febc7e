import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { until } from '../../support/until';
import { makePool, makeStack } from '../../control-plane/support/control-plane';
import { CommandLine, done, json, refused } from '../support/command-line';
import type { Program, Result } from '../support/program';

/* What owners look at: the audit trail, tasks, drift, dependencies and the history of a pool. */

let cli: CommandLine;
let program: Program;

beforeAll(async () => {
  cli = await CommandLine.open();
  ({ program } = cli);
  const { id } = await makePool(cli.controlPlane, 'production');
  for (const name of ['network', 'app', 'web']) await makeStack(cli.controlPlane, id, name);
});

afterAll(() => cli.close());

const run = (line: string, ...more: string[]): Promise<Result> => program.run(...line.split(' '), ...more);
const head = ({ stdout }: Result): string[] => stdout.split('\n')[0]!.split(/ {2,}/);
const rows = ({ stdout }: Result): string[] => stdout.trimEnd().split('\n').slice(1);

const reader = async (name: string): Promise<string> => {
  const { id, secret } = await cli.controlPlane.admin.keys.create({ name, role: 'reader' });
  return JSON.stringify({ id, secret });
};

describe('audit list', () => {
  beforeAll(async () => {
    for (const name of ['one', 'two', 'three']) await run('key create', name, '--role', 'reader');
    cli.write({ looks: await reader('looks') });
    const tries = await run('key create own --role admin --api-key-secret-file', cli.at('looks'));
    expect(tries).toMatchObject({ exitCode: 3 });
  });

  test('has who did what, newest first, and what was refused', async () => {
    const listed = await run('audit list --action api-key.create --limit 5');
    expect(head(listed)).toEqual(['TIME', 'ACTOR', 'ACTION', 'OBJECT', 'OUTCOME', 'CHANGES']);
    expect(rows(listed)).toEqual([
      expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ +looks +api-key\.create .*forbidden/),
      expect.stringContaining('looks'),
      ...['three', 'two', 'one'].map((name) =>
        expect.stringMatching(new RegExp(`admin +api-key\\.create +${name} +done`)),
      ),
    ]);
  });

  test.each([
    ['an actor', '--actor admin --action api-key.create', 3],
    ['an object', '--object two', 1],
    ['a text', '--search three', 1],
    ['what was refused', '--refused', 1],
    ['a time', '--until 2001-01-01', 0],
    ['any of several', '--object one --object two', 2],
  ])('finds by %s', async (_, flags, many) => {
    expect(rows(await run(`audit list ${flags}`)).length).toBe(many);
  });

  test('is the same for programs', async () => {
    const [listed, lines, yaml, names] = await Promise.all(
      ['json', 'jsonl', 'yaml', 'name'].map((format) =>
        run(`audit list --actor admin --action api-key.create -o ${format}`),
      ),
    );
    const names3 = ['three', 'two', 'one'];
    const named = (entries: unknown) =>
      (entries as { affectedResource: { name: string } }[]).map((entry) => entry.affectedResource.name);
    expect(named(json(listed!))).toEqual(names3);
    expect(named(parse(yaml!.stdout))).toEqual(names3);
    const each = lines!.stdout.trimEnd().split('\n');
    expect(named(each.map((one) => JSON.parse(one) as unknown))).toEqual([...names3].reverse());
    expect(names!.stdout.trimEnd().split('\n')).toEqual(json(listed!).map(({ id }) => id));
  });

  test('goes on over pages, as far as somebody wants', async () => {
    for (let n = 0; n < 105; n += 1) await cli.controlPlane.admin.keys.create({ name: `many-${n}`, role: 'reader' });
    const many = (flags: string) => run(`audit list --search many- ${flags}`).then(({ stdout }) => stdout);
    expect((await many('-o jsonl')).trimEnd().split('\n')).toHaveLength(105);
    expect((await many('-o name --limit 102')).trimEnd().split('\n')).toHaveLength(102);
    expect((await many('--since 1h')).trimEnd().split('\n')).toHaveLength(51);
  });

  test('--watch goes on with what is new', async () => {
    const watching = program.start('audit', 'list', '--watch', '--actor', 'admin', '--action', 'api-key.create');
    try {
      await until(() => watching.hasPrinted('three'), 'the newest ones are printed');
      await run('key create four --role reader');
      await until(() => watching.hasPrinted('four'), 'what is new is printed');
    } finally {
      watching.interrupt();
    }
    const { stdout } = await watching.ended;
    expect(stdout.trimEnd().split('\n').pop()).toMatch(/api-key\.create +four +done/);
  });

  test.each([
    ['a time that is none', '--since yesterday', 'it must be a day such as 2026-11-27'],
    ['no number', '--limit few', 'it must be a whole number from 1 up'],
    ['a format that is none', '-o table', 'Allowed choices are json, jsonl, yaml, name'],
  ])('refuses %s', async (_, flags, sentence) => {
    expect(await run(`audit list ${flags}`)).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining(sentence),
    });
  });

  test('is not for everybody', async () => {
    expect(await run('audit list --api-key-secret-file', cli.at('looks'))).toEqual(
      refused('API key looks has the role reader', 3),
    );
    expect(await run('whoami --api-key-secret-file', cli.at('looks'))).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^API key +looks\nId +\w+\nRole +reader$/m),
    });
  });
});

describe('run task', () => {
  test('queues words as they were given, and a line as it is', async () => {
    const queued = await run('run task network -o json --', 'tofu', 'state', 'show', "it's here");
    expect(queued).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(queued.stdout)).toMatchObject({ type: 'TASK', command: "tofu state show 'it'\\''s here'" });
    const line = await run('run task network --skip-init -o name --', 'tofu output | head');
    const shown = await run('run show', line.stdout.trim());
    expect(shown.stdout).toMatch(/^Command +tofu output \| head$/m);
  });

  test.each([
    ['no command', 'run task network', 'missing required argument', 2],
    ['a stack that is not there', 'run task nothing -- true', 'stack nothing not found', 4],
  ])('refuses %s', async (_, line, sentence, exitCode) => {
    expect(await run(line)).toMatchObject({ exitCode, stdout: '', stderr: expect.stringContaining(sentence) });
  });
});

describe('stack drift', () => {
  test('is set, shown, changed, looked for and deleted', async () => {
    expect((await run('stack drift show network')).stdout).toMatch(/^Schedule +\(none\)$/m);
    const set = await run('stack drift set network --timezone Europe/Berlin --schedule', '0 6 * * 1-5');
    expect(set.stdout).toMatch(/^Schedule +0 6 \* \* 1-5\nTime zone +Europe\/Berlin\nNext +\d{4}-/m);
    const changed = await run('stack drift set network --schedule @hourly --reconcile -o yaml');
    expect(parse(changed.stdout)).toMatchObject({
      integrations: { driftDetection: { schedule: ['@hourly'], reconcile: true } },
    });
    expect(await run('stack drift show network -o name')).toEqual(done(expect.stringMatching(/^\w+\n$/)));
    const triggered = await run('stack drift trigger network -o json');
    expect(JSON.parse(triggered.stdout)).toMatchObject({ type: 'PROPOSED', driftDetection: true });
    expect(await run('stack drift delete network')).toEqual(
      done('Drift of stack network is not looked for any more.\n'),
    );
    expect((await run('stack drift show network')).stdout).toMatch(/^Schedule +\(none\)$/m);
  });

  test('show --watch prints what changes', async () => {
    const watching = program.start('stack', 'drift', 'show', 'app', '--watch');
    try {
      await until(() => watching.hasPrinted('(none)'), 'it is shown');
      await run('stack drift set app --schedule @daily');
      await until(() => watching.hasPrinted('@daily'), 'the change is shown');
    } finally {
      watching.interrupt();
    }
    await watching.ended;
  });

  test.each([
    ['no schedule', 'stack drift set network', "required option '--schedule <cron>'", 2],
    ['a schedule that is none', 'stack drift set network --schedule sometimes', 'sometimes', 1],
    ['a zone that is none', 'stack drift set network --schedule @daily --timezone Mars', 'Mars', 1],
    ['a stack that is not there', 'stack drift show nothing', 'stack nothing not found', 4],
  ])('refuses %s', async (_, line, sentence, exitCode) => {
    expect(await run(line)).toMatchObject({ exitCode, stdout: '', stderr: expect.stringContaining(sentence) });
  });
});

describe('stack dependency', () => {
  test('is listed for programs, too', async () => {
    await run('stack dependency add web network');
    const names = { stack: { name: 'web' }, dependsOnStack: { name: 'network' } };
    const [listed, yaml, ids] = await Promise.all(
      ['json', 'yaml', 'name'].map((format) => run(`stack dependency list web -o ${format}`)),
    );
    expect(json(listed!)).toMatchObject([names]);
    expect(parse(yaml!.stdout)).toEqual(json(listed!));
    expect(ids).toEqual(done(`${String(json(listed!)[0]!.id)}\n`));
    expect(await run('stack dependency list app -o name')).toEqual(done(''));
  });
});

describe('lists', () => {
  test('of stacks can be searched, and cut', async () => {
    const listed = await run('stack list --pool production');
    expect(head(listed)).toEqual(['NAME', 'STATE', 'POOL', 'TOOL', 'APPLIES', 'DRIFT SINCE']);
    expect(rows(listed).map((row) => row.split(' ')[0])).toEqual(['app', 'network', 'web']);
    expect(rows(await run('stack list --search NET')).length).toBe(1);
    expect(rows(await run('stack list --limit 2')).length).toBe(2);
    expect(await run('stack list --pool nothing')).toEqual(refused('worker pool nothing not found', 4));
  });

  test('of runs can be filtered', async () => {
    const { id } = await cli.controlPlane.admin.createRun({ stack: 'app' });
    await cli.controlPlane.admin.stop(id);
    const names = (flags: string) => run(`run list --stack app ${flags} -o name`);
    expect(await names('--state canceled --type TRACKED')).toEqual(done(`${id}\n`));
    expect(await names('--state FAILED --state CANCELED --limit 1')).toEqual(done(`${id}\n`));
    expect(await names('--state FAILED')).toEqual(done(''));
    expect(await run('run list --stack nothing')).toEqual(refused('stack nothing not found', 4));
  });

  test('of a pool in the past say so when there is none', async () => {
    const { stdout } = await run('pool history production --hours 1');
    expect(stdout).toMatch(/^(Nothing is known of this time yet|FROM +WAITING RUNS +BUSY +IDLE +DRAINED$)/m);
    expect(json(await run('pool history production -o json'))).toEqual(expect.any(Array));
    expect(await run('pool history production --hours 337')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('it must be a whole number from 1 to 336'),
    });
    expect(await run('pool history nothing')).toEqual(refused('worker pool nothing not found', 4));
  });
});
