import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Command } from 'commander';
import { isGroup } from '../../../src/cli/api/help';
import { allCommands } from '../../../src/cli/commands';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { Program } from '../support/program';

// Each test starts programs, which is slow where several suites share few processors.
const CONNECTION = ['--url', '--ca', '--api-key-id', '--api-key-secret', '--api-key-secret-file', '$WORKER_POOLS_URL'];

/** Those that do something by themselves. */
const leaves = (command: Command): Command[] => [
  ...(isGroup(command) ? [] : [command]),
  ...command.commands.flatMap(leaves),
];

test.each(
  allCommands()
    .flatMap(leaves)
    .map((command) => [command.name(), command] as const),
)('the help of %s shows no empty default', (_, command) => {
  expect(command.helpInformation()).not.toMatch(/\(default: (\[\]|"")\)/);
  const switches = command.options.filter((option) => option.isBoolean());
  expect(switches.filter(({ defaultValue }) => defaultValue === false)).toEqual([]);
});

test('every command that asks a control plane says how it is found and entered', () => {
  const asking = allCommands().filter((command) => ['pool', 'worker', 'stack', 'run'].includes(command.name()));
  const without = asking
    .flatMap(leaves)
    .filter((command) => CONNECTION.some((word) => !command.helpInformation().includes(word)));
  expect(without.map((command) => command.name())).toEqual([]);
});

test('every command shows how it is used', () => {
  // `launcher` is what run Pods start; nobody types it.
  const bare = allCommands()
    .filter((command) => command.name() !== 'launcher')
    .flatMap(leaves)
    .filter((command) => !new RegExp(`\\nExamples?:\\n  worker-pools .*${command.name()}`).test(helpOf(command)));
  expect(bare.map((command) => command.name())).toEqual([]);
});

/** With what stands below the options. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
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
    for (const name of ['demo', 'pool', 'worker', 'stack', 'run', 'control-plane', 'controller', 'launcher']) {
      expect(asked.stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    }
    expect(untold).toEqual({ exitCode: 2, stdout: '', stderr: asked.stdout });
  });

  test.each([
    ['a group alone', 'pool', 'Usage: worker-pools pool [options] [command]'],
    ['an unknown command', 'explode', "error: unknown command 'explode'\n(--help lists the options)"],
    ['an unknown flag', 'run list --outptu', "error: unknown option '--outptu'\n(Did you mean --output?)"],
    ['a format that is none', 'run list -o xml', 'Allowed choices are json, yaml, name.'],
    ['a missing flag', 'pool create x', "error: required option '--out <dir>' not specified\n(--help lists"],
    ['an empty argument', 'pool show ', '<pool> is empty: name or id of the pool'],
    ['a missing argument', 'run log', "error: missing required argument 'run'"],
    ['a tool that is none', 'stack create x --tool make', 'Allowed choices are opentofu, terraform, ansible.'],
    ['a variable without value', 'stack create x --env NAME', 'it must be NAME=VALUE'],
  ])('answers %s with help on standard error and exit code 2', async (_, command, text) => {
    const result = await api.run(...command.split(' '));
    expect(result).toEqual({ exitCode: 2, stdout: '', stderr: expect.stringContaining(text) });
  });

  test('prints its version alone', async () => {
    expect(await api.run('--version')).toEqual({ exitCode: 0, stdout: '1.2.3\n', stderr: '' });
  });
});
