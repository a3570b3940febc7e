import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Command } from 'commander';
import { controlPlaneCommand } from '../../src/cli/commands/control-plane';
import { poolCommand } from '../../src/cli/commands/pool';
import { runCommand } from '../../src/cli/commands/run';
import { stackCommand } from '../../src/cli/commands/stack';
import { removeFolder, temporaryFolder } from '../control-plane/support/control-plane';
import { Program } from './support/program';

// Each test starts programs, which is slow where several suites share few processors.
jest.setTimeout(60_000);

const CONNECTION = ['--url', '--ca', '--api-key-id', '--api-key-secret', '--api-key-secret-file', '$WORKER_POOLS_URL'];

test.each([
  ['pool', ['create', 'list']],
  ['pool create', ['<name>', '--out', '--key', '--description', '--kubernetes-secret', '--namespace', ...CONNECTION]],
  ['pool list', ['--json', ...CONNECTION]],
  ['stack', ['create', 'push', 'list']],
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
  ['stack push', ['<name>', '--source', ...CONNECTION]],
  ['stack list', ['--json', ...CONNECTION]],
  ['run', ['trigger', 'log', 'list', 'confirm', 'discard', 'stop']],
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

function commandAt(path: string): Command {
  const [group, verb] = path.split(' ');
  const command = [poolCommand(), stackCommand(), runCommand(), controlPlaneCommand()].find(
    (one) => one.name() === group,
  );
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
