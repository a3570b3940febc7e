import { Option, type Command } from 'commander';
import { collect } from '../options';
import { flagsOf, type Setting, type Settings } from './setting';
import type { Sources } from './read';

/** Gives a command a flag for each setting. */
export function addFlags(command: Command, settings: Settings): Command {
  for (const { option } of options(settings)) command.addOption(option);
  return command.configureHelp({
    optionDescription: ({ description, defaultValueDescription: shown }) =>
      shown === undefined ? description : `${description} (default: ${shown})`,
  });
}

/** What was said by flags. */
export function givenFlags(command: Command, settings: Settings): Sources['flags'] {
  const given = new Map<string, string | boolean | readonly string[]>();
  for (const { key, option } of options(settings)) {
    const name = option.attributeName();
    if (command.getOptionValueSource(name) !== 'cli') continue;
    given.set(key, command.getOptionValue(name) as string | boolean | readonly string[]);
  }
  return given;
}

function options(settings: Settings): { readonly key: string; readonly option: Option }[] {
  return Object.entries(settings).flatMap(([key, setting]) => {
    const flags = flagsOf(key, setting);
    return flags === undefined ? [] : [{ key, option: optionOf(flags, setting) }];
  });
}

/** It is without the default that it shows: what applies is decided when the variables and the file were read. */
function optionOf(flags: string, { help, off, default: usual, otherwise }: Setting): Option {
  const isList = Array.isArray(usual);
  const option = new Option(flags, `${off ?? help}${isList ? ', repeatable' : ''}`);
  if (isList) option.argParser(collect);
  const shown = otherwise ?? (typeof usual === 'boolean' ? undefined : usual);
  return shown === undefined ? option : option.default(undefined, String(shown));
}
