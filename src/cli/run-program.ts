import { Command } from 'commander';
import { VERSION } from './version';

/** An error whose message is the whole story for the person at the terminal: printed without a stack. */
export class UserError extends Error {
  override readonly name = 'UserError';

  constructor(
    message: string,
    /** Exit code of the program. @default 1 */
    readonly exitCode = 1,
  ) {
    super(message);
  }
}

/** Parses the arguments of the process and runs the command they name; errors end in a sentence and an exit code. */
export async function run(name: string, commands: Command[]): Promise<void> {
  const program = new Command(name)
    .description('Worker pools on Kubernetes: controller, launcher, control plane, and the commands to use them.')
    .version(VERSION)
    .showHelpAfterError('(--help lists the options)');
  for (const command of commands) program.addCommand(command);
  try {
    await program.parseAsync();
  } catch (error) {
    const known = error instanceof Error && error.name === 'UserError';
    const message = error instanceof Error ? ((known ? error.message : error.stack) ?? error.message) : String(error);
    process.stderr.write(`${name}: ${message}\n`);
    process.exitCode = known ? ((error as UserError).exitCode ?? 1) : 1;
  }
}
