import { Command } from 'commander';

/** A command that only has others below it. */
export const commandGroup = (name: string, description: string, ...commands: readonly Command[]): Command =>
  commands.reduce((group, command) => group.addCommand(command), new Command(name).description(description));

/** Whether a command does nothing by itself and only has others below it: such a one takes no options. */
export const isGroup = (command: Command): boolean => command.commands.length > 0 && command.options.length === 0;

/** Shows how a command is used, below its help. */
export function withExamples(
  command: Command,
  ...examples: readonly (string | { readonly program: string; readonly example: string })[]
): Command {
  const lines = examples
    .map((each) => (typeof each === 'string' ? { program: 'worker-pools', example: each } : each))
    .map(({ program, example }) => `  ${program} ${example}`)
    .join('\n');
  return command.addHelpText('after', `\n${examples.length === 1 ? 'Example' : 'Examples'}:\n${lines}`);
}

export const IGNORE_HELP = `
Uploads the whole folder except .git/ and .terraform/ (its modules are included). A .terraformignore in it excludes more,
by Terraform's rules: the last matching rule decides, "name/" is everything in a folder, "!" includes again (also
.git/). .gitignore is not read, so node_modules/ and .env are uploaded unless the file says otherwise. Links stay links;
those that lead out of the folder are refused, and nothing outside it is read.`;
