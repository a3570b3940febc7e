import { InvalidArgumentError, type Command } from 'commander';
import { environmentRefusal } from '../../protocol/environment';
import { collect } from '../options';
import { UsageError } from '../run-program';
import { readGiven } from './given-file';

export interface Variable {
  readonly name: string;
  readonly value: string;
}

export interface VariableFlags {
  readonly env?: readonly Variable[];
  readonly envFromFile?: readonly string[];
}

export function withVariables(command: Command): Command {
  return (
    command
      .option('--env <name=value>', 'environment variable of its runs, repeatable', variable)
      // Not --env-file: Node takes that for itself wherever it stands, and ends when there is no such file.
      .option(
        '--env-from-file <file>',
        'file with a NAME=VALUE in each line, values as they stand; # begins a comment; repeatable',
        collect,
      )
  );
}

/** Of the files first, then of the flags, so that a flag wins. @throws UserError about what no run can have */
export function variablesOf({ env = [], envFromFile = [] }: VariableFlags): Variable[] {
  const all = new Map([...envFromFile.flatMap(fileVariables), ...env].map(({ name, value }) => [name, value]));
  const refusal = environmentRefusal(Object.fromEntries(all));
  if (refusal !== undefined) throw new UsageError(refusal);
  return [...all].map(([name, value]) => ({ name, value }));
}

function fileVariables(path: string): Variable[] {
  const text = readGiven(path, '--env-from-file');
  return text.split(/\r?\n/).flatMap((line, at) => {
    if (line.trim() === '' || line.trimStart().startsWith('#')) return [];
    const parsed = split(line);
    // The line itself may hold a secret.
    if (!parsed) throw new UsageError(`--env-from-file: line ${at + 1} of ${path} is not NAME=VALUE`);
    return [parsed];
  });
}

function variable(text: string, before: readonly Variable[] = []): Variable[] {
  const parsed = split(text);
  if (!parsed) throw new InvalidArgumentError('it must be NAME=VALUE');
  return [...before, parsed];
}

function split(text: string): Variable | undefined {
  const at = text.indexOf('=');
  return at < 1 ? undefined : { name: text.slice(0, at), value: text.slice(at + 1) };
}
