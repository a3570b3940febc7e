import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { visibleName } from '../../text/visible';
import { UserError } from '../run-program';
import { print } from './output';

export interface ConfirmFlags {
  readonly yes?: boolean;
}

export const withConfirmation = (command: Command): Command => command.option('--yes', 'do it without asking');

/** Goes on when --yes was given, or a person says so. @throws UserError otherwise */
export async function confirm({ yes = false }: ConfirmFlags, whatHappens: string, question: string): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY)
    throw new UserError(`${whatHappens} Nobody can be asked here: --yes does it without asking`);
  print(whatHappens, process.stderr);
  if (!(await asks(question))) throw new UserError('nothing was done');
}

/** Whether a person at the terminal says yes; no answer is a no. */
export async function asks(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const nobody = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
    const answer = await Promise.race([terminal.question(`${visibleName(question)} [y/N] `), nobody]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
