import type { Argument, Command, Option } from 'commander';
import { allCommands } from '../commands';
import { CONNECTION_GROUP } from '../api/connection';
import { isGroup } from '../api/help';
import { PLUGIN, pluginCommands } from '../kubectl';
import { EXIT_CODES } from '../exit-codes';
import type { Artefact } from './artefact';
import { cell, code, page, table } from './markdown';

/** The reference of the command line, from the definitions by which the program reads its arguments. */
export async function generateCliDocs(): Promise<Artefact> {
  const commands = allCommands().flatMap((command) => leaves(command));
  // Its doctor is the one above.
  const ofPlugin = pluginCommands().filter((command) => command.name() !== 'doctor');
  const plugin = ofPlugin.flatMap((command) => leaves(command, PLUGIN));
  const text = `# Command line

\`worker-pools\` comes with the npm package; each command prints this with \`--help\`. \`demo\` works in a checkout only; \`control-plane\`, \`controller\` and \`launcher\` are what the images start. \`kubectl worker-pools\` is [the plugin](../operations/doctor.md#kubectl-worker-pools), which has \`doctor\` as well.

${table(
  ['Command', 'What it does'],
  [...commands, ...plugin].map(({ path, command }) => [
    `[${code(path)}](#${anchor(path)})`,
    cell(command.description()),
  ]),
)}

## Exit codes

Beside these there is a sentence on standard error whenever it is not 0; what \`doctor\` finds stands on standard output.

${table(
  ['Code', 'Meaning', 'Refusals of the control plane'],
  Object.values(EXIT_CODES).map(({ code: number, meaning, refusals }) => [
    String(number),
    cell(meaning),
    refusals.map(code).join(', '),
  ]),
)}

## Connection

Every command that talks to a control plane takes these, too: which control plane, and with which API key.

${optionTable(connectionOptions(commands))}

${[...commands, ...plugin].map(section).join('\n\n')}
`;
  return { files: { 'docs/reference/cli.md': await page('src/cli/commands', text) } };
}

interface Leaf {
  readonly path: string;
  readonly command: Command;
}

function leaves(command: Command, above = 'worker-pools'): Leaf[] {
  const path = `${above} ${command.name()}`;
  const below = command.commands.flatMap((each) => leaves(each, path));
  return isGroup(command) ? below : [{ path, command }, ...below];
}

function section({ path, command }: Leaf): string {
  const { text, examples } = furtherHelp(command);
  const given = command.registeredArguments.map(argumentText);
  const own = command.options.filter((option) => !isOfConnection(option));
  const connection =
    own.length < command.options.length ? 'Takes the options of the [connection](#connection), too.' : '';
  return [
    `## ${path}`,
    command.description(),
    code([path, ...given.map(({ usage }) => usage)].join(' ')) + aliasText(command),
    given.length === 0 ? '' : given.map(({ usage, meaning }) => `- ${code(usage)}: ${meaning}`).join('\n'),
    own.length === 0 ? '' : optionTable(own),
    connection,
    text === '' ? '' : `\`\`\`text\n${text}\n\`\`\``,
    examples === '' ? '' : `\`\`\`sh\n${examples}\n\`\`\``,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

const aliasText = (command: Command): string =>
  command
    .aliases()
    .map((alias) => `, or ${code(alias)} in place of ${code(command.name())}`)
    .join('');

function argumentText(argument: Argument): { usage: string; meaning: string } {
  const name = argument.name();
  return { usage: argument.required ? `<${name}>` : `[${name}]`, meaning: argument.description };
}

const optionTable = (options: readonly Option[]): string =>
  table(
    ['Option', 'Meaning', 'Default'],
    options.map((option) => [code(option.flags), cell(meaningOf(option)), defaultOf(option)]),
  );

function meaningOf({ description, argChoices, mandatory }: Option): string {
  const choices = argChoices && `: ${argChoices.map(code).join(', ')}`;
  return `${description}${choices ?? ''}${mandatory ? ' (required)' : ''}`;
}

function defaultOf({ defaultValue, defaultValueDescription }: Option): string {
  if (defaultValueDescription !== undefined) return code(defaultValueDescription);
  return defaultValue === undefined ? '' : code(String(defaultValue));
}

const isOfConnection = ({ helpGroupHeading }: Option): boolean => helpGroupHeading === CONNECTION_GROUP;

function connectionOptions(commands: readonly Leaf[]): Option[] {
  const options = commands.flatMap(({ command }) => command.options.filter(isOfConnection));
  return [...new Map(options.map((option) => [option.flags, option])).values()];
}

/** What `--help` prints below the options; the examples by themselves. */
function furtherHelp(command: Command): { text: string; examples: string } {
  let help = '';
  command.configureOutput({ writeOut: (part) => (help += part) });
  command.outputHelp();
  const further = help.slice(command.helpInformation().length);
  const [text = '', examples = ''] = further.split(/^Examples?:\n/m);
  return { text: text.trim(), examples: examples.replaceAll(/^ +/gm, '').trim() };
}

const anchor = (heading: string): string => heading.replaceAll(' ', '-');
