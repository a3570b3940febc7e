import { Command } from 'commander';
import { EXIT_CODES, EXIT_CODES_HELP } from './exit-codes';
import { print } from './api/output';
import { VERSION } from './version';

/** An error whose message is the whole story for the person at the terminal: printed without a stack. */
export class UserError extends Error {
  override readonly name = 'UserError';

  constructor(
    message: string,
    /** Exit code of the program. @default - that of what failed */
    readonly exitCode: number = EXIT_CODES.failed.code,
  ) {
    super(message);
  }
}

/** Words of the command line that do not go together, or that cannot be. */
export class UsageError extends UserError {
  constructor(message: string) {
    super(message, EXIT_CODES.usage.code);
  }
}

/** Errors whose message is a sentence for people, by their names: the programs hold some of their classes more than once. */
const FOR_PEOPLE = [
  'UserError',
  'RequestError',
  'ConfigurationError',
  'FipsError',
  'ProxySettingError',
  'TraceVariableError',
  'VaultError',
  'VcsAgentError',
];

const DESCRIPTION = 'Worker pools on Kubernetes: controller, launcher, control plane, and the commands to use them.';

/** Runs the one of the commands that the arguments name. */
export async function run(
  name: string,
  commands: readonly Command[],
  args: readonly string[] = process.argv.slice(2),
  description = DESCRIPTION,
): Promise<void> {
  // `worker-pools run log ID | head`: nobody reads on, which is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT_CODES.done.code);
    print(`${name}: standard output cannot be written: ${error.code ?? error.message}`, process.stderr);
    process.exit(EXIT_CODES.failed.code);
  });
  // There is nobody left to be told.
  process.stderr.on('error', () => process.exit(EXIT_CODES.failed.code));

  const program = new Command(name)
    .description(description)
    .version(VERSION)
    .showHelpAfterError('(--help lists the options)')
    .addHelpText('after', EXIT_CODES_HELP)
    .configureOutput({ writeErr: (text) => print(text.trimEnd(), process.stderr) })
    .exitOverride(({ exitCode }) => process.exit(exitCode === EXIT_CODES.done.code ? exitCode : EXIT_CODES.usage.code));
  for (const command of commands) {
    program.addCommand(command);
    inherit(command, program);
  }
  await carryOut(program, name, args);
}

/** Does what the arguments say; errors end in a sentence and an exit code. */
export async function carryOut(
  program: Command,
  name: string,
  args: readonly string[] = process.argv.slice(2),
): Promise<void> {
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    // A rule of the control plane that was broken already here says all that there is to say, too.
    const known = error instanceof Error && FOR_PEOPLE.includes(error.name);
    const message = error instanceof Error ? ((known ? error.message : error.stack) ?? error.message) : String(error);
    print(`${name}: ${message}`, process.stderr);
    const { exitCode = EXIT_CODES.failed.code } = known ? (error as Partial<UserError>) : {};
    process.exitCode = exitCode;
  }
}

/** Commands that were made elsewhere do not take over by themselves how the program shows help and errors. */
function inherit(command: Command, from: Command): void {
  command.copyInheritedSettings(from);
  for (const below of command.commands) inherit(below, command);
}
