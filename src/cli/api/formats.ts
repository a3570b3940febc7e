import { Option, type Command } from 'commander';
import { print, printData, printNames } from './output';

const FORMATS = ['json', 'yaml', 'name'] as const;

export interface OutputFlags {
  /** Words and tables where it is not given. */
  readonly output?: (typeof FORMATS)[number];
}

/** Adds the flag for programs that read what a command prints. */
export function withOutput(command: Command): Command {
  return command.addOption(new Option('-o, --output <format>', 'for programs; name: ids alone').choices(FORMATS));
}

/** Prints what a command shows: data for a program that asked for it, else words. */
export function output(
  { output: format }: OutputFlags,
  value: unknown,
  names: string | readonly string[],
  text: string,
): void {
  if (format === 'name') printNames([names].flat());
  else if (format) printData(value, format);
  else print(text);
}
