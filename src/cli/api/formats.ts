import { Option, type Command } from 'commander';
import { stringify } from 'yaml';
import { print, show } from './output';

const FORMATS = ['json', 'yaml', 'name'] as const;

export interface OutputFlags {
  /** Words and tables where it is not given. */
  readonly output?: (typeof FORMATS)[number];
}

/** Adds the flag for programs that read what a command prints. */
export function withOutput(command: Command): Command {
  return command.addOption(new Option('-o, --output <format>', 'for programs; name: ids alone').choices(FORMATS));
}

/**
 * Prints what a command shows.
 * @param names one a line
 */
export function output({ output: format }: OutputFlags, value: unknown, names: string, text: string): void {
  if (format === 'yaml') print(stringify(value).trimEnd());
  else if (format === 'name') print(names);
  else show({ json: format === 'json' }, value, text);
}
