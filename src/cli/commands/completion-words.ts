import type { Command, Option } from 'commander';
import { isNameKind, type NamesWanted } from '../api/known-names';

/** What may come next: words, or names that others know. */
export interface Next {
  readonly words: readonly string[];
  readonly names?: NamesWanted;
}

/** What was typed before the word that is to be completed. */
interface Typed {
  readonly command: Command;
  /** The option whose value comes next. */
  readonly valueOf: Option | undefined;
  readonly given: readonly string[];
  readonly flags: Readonly<Record<string, string>>;
  /** Whether only arguments follow. */
  readonly isOver: boolean;
}

/** @param typed the last word is the one that is to be completed */
export function comesNext(program: Command, typed: readonly string[]): Next {
  const before = readTyped(program, typed.slice(0, -1));
  const begun = typed.at(-1) ?? '';
  const [, flag, value] = before.isOver ? [] : (/^(--[\w-]+)=(.*)$/s.exec(begun) ?? []);
  const option = flag === undefined ? before.valueOf : optionWithValue(before.command, flag);
  if (option) return ofValue(option, before, value ?? begun, flag === undefined ? '' : `${flag}=`);
  if (begun.startsWith('-') && !before.isOver) return { words: startingWith(begun, flagsOf(before.command)) };
  const below = before.command.commands.map((each) => each.name());
  if (below.length > 0 && before.given.length === 0) return { words: startingWith(begun, below) };
  return ofArgument(before, begun);
}

function readTyped(program: Command, words: readonly string[]): Typed {
  let command = program;
  let valueOf: Option | undefined;
  let isOver = false;
  const given: string[] = [];
  const flags: Record<string, string> = {};
  for (const word of words) {
    if (valueOf) {
      flags[valueOf.attributeName()] = word;
      valueOf = undefined;
    } else if (isOver) given.push(word);
    else if (word === '--') isOver = true;
    else if (word.startsWith('-')) {
      const [flag = '', ...value] = word.split('=');
      const option = optionWithValue(command, flag);
      if (option && value.length > 0) flags[option.attributeName()] = value.join('=');
      else valueOf = option;
    } else {
      const below = command.commands.find((each) => [each.name(), ...each.aliases()].includes(word));
      if (below && given.length === 0) command = below;
      else given.push(word);
    }
  }
  return { command, valueOf, given, flags, isOver };
}

function ofValue({ argChoices, flags: usage }: Option, before: Typed, begun: string, prefix: string): Next {
  const kind = /<([\w-]+)>/.exec(usage)?.[1];
  if (isNameKind(kind)) return { words: [], names: { ...wanted(before), kind, begun, prefix } };
  return { words: startingWith(begun, argChoices ?? []).map((word) => `${prefix}${word}`) };
}

function ofArgument(before: Typed, begun: string): Next {
  const { registeredArguments: all } = before.command;
  const argument = all[before.given.length] ?? (all.at(-1)?.variadic ? all.at(-1) : undefined);
  const kind = argument?.name();
  return isNameKind(kind)
    ? { words: [], names: { ...wanted(before), kind, begun, prefix: '' } }
    : { words: startingWith(begun, argument?.argChoices ?? []) };
}

const wanted = ({ given, flags }: Typed) => ({ given, flags });

const startingWith = (begun: string, words: readonly string[]): string[] =>
  words.filter((word) => word.startsWith(begun));

const flagsOf = (command: Command): string[] => [...command.options.flatMap(({ long }) => long ?? []), '--help'];

function optionWithValue(command: Command, flag: string): Option | undefined {
  const option = command.options.find(({ long, short }) => [long, short].includes(flag));
  return option && (option.required || option.optional) ? option : undefined;
}
