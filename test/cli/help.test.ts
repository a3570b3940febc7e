import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Command } from 'commander';
import { allCommands } from '../../src/cli/commands';
import { removeFolder, temporaryFolder } from '../support/folder';
import { Program } from './support/program';

// Each test starts programs, which is slow where several suites share few processors.
jest.setTimeout(60_000);

const CONNECTION = ['--url', '--ca', '--api-key-id', '--api-key-secret', '--api-key-secret-file', '$WORKER_POOLS_URL'];

test.each([
  ['pool', ['create', 'show', 'list', 'delete']],
  ['pool create', ['<name>', '--out', '--key', '--description', '--kubernetes-secret', '--namespace', ...CONNECTION]],
  ['pool list', ['--json', ...CONNECTION]],
  ['pool show', ['<pool>', '--token', '--json', ...CONNECTION]],
  ['pool delete', ['<pool>', 'unfinished', ...CONNECTION]],
  ['stack', ['create', 'push', 'update', 'show', 'list', 'delete']],
  [
    'stack update',
    [
      '<stack>',
      '--pool',
      '--no-auto-deploy',
      '--env <name=value>',
      '--env-from-file',
      '--unset-env',
      '--tool',
      ...CONNECTION,
    ],
  ],
  ['stack delete', ['<stack>', 'unfinished', ...CONNECTION]],
  ['run show', ['<id>', '--json', ...CONNECTION]],
  [
    'stack create',
    [
      '<name>',
      '--pool',
      '--source',
      '--auto-deploy',
      '--tool',
      '"opentofu", "terraform"',
      '--project-root',
      '--runner-image',
      '--env <name=value>',
      ...CONNECTION,
    ],
  ],
  ['stack push', ['<stack>', '--source', ...CONNECTION]],
  ['stack list', ['--json', ...CONNECTION]],
  ['run', ['trigger', 'log', 'show', 'list', 'confirm', 'discard', 'stop']],
  ['run trigger', ['<stack>', '--follow', '--proposed', '--auto-deploy', 'exit code 1', ...CONNECTION]],
  ['run log', ['<id>', '--follow', ...CONNECTION]],
  ['run list', ['--stack', '--json', ...CONNECTION]],
  ['run confirm', ['<id>', ...CONNECTION]],
  ['run discard', ['<id>', ...CONNECTION]],
  ['run stop', ['<id>', ...CONNECTION]],
  ['control-plane', ['--data-dir', '--port', '--public-url', '--no-mqtt', '--web-open']],
])('the help of %s names all that it takes, and no empty default', (path, words) => {
  const help = commandAt(path).helpInformation().replace(/\s+/g, ' ');
  expect(words.filter((word) => !help.includes(word))).toEqual([]);
  expect(help).not.toMatch(/\(default: (false|\[\]|"")\)/);
});

test('every command shows how it is used', () => {
  const leaves = (command: Command): Command[] =>
    command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
  // `launcher` is what run Pods start; nobody types it.
  const bare = allCommands()
    .filter((command) => command.name() !== 'launcher')
    .flatMap(leaves)
    .filter((command) => !new RegExp(`\\nExamples?:\\n  worker-pools .*${command.name()}`).test(helpOf(command)));
  expect(bare.map((command) => command.name())).toEqual([]);
});

test.each([
  ['run trigger', 'Exit codes:\n  0    done'],
  ['run log', 'control characters are made visible'],
  ['stack create', '.terraformignore'],
  ['stack push', '.gitignore is not read'],
])('the whole help of %s says more: %s', (path, words) => {
  expect(helpOf(commandAt(path))).toContain(words);
});

/** With what stands below the options. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}

function commandAt(path: string): Command {
  const [group, verb] = path.split(' ');
  const command = allCommands().find((one) => one.name() === group);
  return (verb === undefined ? command : command?.commands.find((one) => one.name() === verb))!;
}

describe('the program', () => {
  let folder: string;
  let whole: Program;
  let api: Program;

  beforeAll(async () => {
    folder = temporaryFolder();
    [whole, api] = await Promise.all([Program.whole(folder), Program.ofApiCommands(folder)]);
  });

  afterAll(() => removeFolder(folder));

  test('names its commands when asked for help, and when told nothing', async () => {
    const [asked, untold] = await Promise.all([whole.run('--help'), whole.run()]);
    expect(asked).toMatchObject({ exitCode: 0, stderr: '' });
    for (const name of ['demo', 'pool', 'stack', 'run', 'control-plane', 'controller', 'launcher']) {
      expect(asked.stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    }
    expect(untold).toEqual({ exitCode: 1, stdout: '', stderr: asked.stdout });
  });

  test.each([
    ['a group alone', 'pool', 'Usage: worker-pools pool [options] [command]'],
    ['an unknown command', 'explode', "error: unknown command 'explode'\n(--help lists the options)"],
    ['an unknown flag', 'run list --jsn', "error: unknown option '--jsn'\n(Did you mean --json?)"],
    ['a missing flag', 'pool create x', "error: required option '--out <dir>' not specified\n(--help lists"],
    ['a missing argument', 'run log', "error: missing required argument 'id'"],
    ['a tool that is none', 'stack create x --tool make', 'Allowed choices are opentofu, terraform.'],
    ['a variable without value', 'stack create x --env NAME', 'it must be NAME=VALUE'],
  ])('answers %s with help on standard error and exit code 1', async (_, command, text) => {
    const result = await api.run(...command.split(' '));
    expect(result).toEqual({ exitCode: 1, stdout: '', stderr: expect.stringContaining(text) });
  });

  test('prints its version alone', async () => {
    expect(await api.run('--version')).toEqual({ exitCode: 0, stdout: '1.2.3\n', stderr: '' });
  });
});
