import { UserError } from '../run-program';
import { readSettingsFile } from './file';
import { flagsOf, variableOf, type Setting, type Settings, type Values } from './setting';

/** Where settings come from; an earlier one wins. */
export interface Sources {
  /** What stands behind each flag that was given, by the setting's key. */
  readonly flags: ReadonlyMap<string, string | boolean | readonly string[]>;
  readonly variables: NodeJS.ProcessEnv;
  /** Path of the file. */
  readonly file: string | undefined;
}

/** Says what is wrong where settings do not fit together. */
export type Rule<S extends Settings> = (values: Values<S>) => string | undefined;

interface Given {
  /** The flag, the variable, or the file with the key. */
  readonly where: string;
  readonly value: unknown;
}

/** @throws UserError that says everything that is wrong, when anything is */
export function readSettings<S extends Settings>(
  settings: S,
  sources: Sources,
  rules: readonly Rule<S>[] = [],
): Values<S> {
  const file = sources.file === undefined ? undefined : readSettingsFile(sources.file, settings);
  const problems: string[] = [...(file?.problems ?? [])];
  const values: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(settings)) {
    const inFile = file?.values.has(key)
      ? { where: `${sources.file}: ${key}`, value: file.values.get(key) }
      : undefined;
    // What is in the file is checked, too, where something else wins.
    const given = [byFlag(key, setting, sources), byVariable(key, setting, sources), inFile];
    const [first = check(setting, { where: key, value: setting.default }, problems)] = given
      .filter((each) => each !== undefined)
      .map((each) => check(setting, each, problems));
    values[key] = first.value;
  }
  if (problems.length === 0) {
    problems.push(...rules.flatMap((rule) => rule(values as Values<S>) ?? []));
  }
  if (problems.length > 0) throw new UserError(`the settings cannot be used:\n${problems.map(asItem).join('\n')}`);
  return values as Values<S>;
}

const asItem = (problem: string): string => `  ${problem}`;

function byFlag(key: string, setting: Setting, { flags }: Sources): Given | undefined {
  const given = flags.get(key);
  if (given === undefined) return undefined;
  const where = flagsOf(key, setting)?.split(' ')[0] ?? key;
  return { where, value: typeof given === 'string' ? setting.kind.fromText(given) : given };
}

/** An empty variable says nothing, as manifests leave it where they have no value. */
function byVariable(key: string, { kind }: Setting, { variables }: Sources): Given | undefined {
  const where = variableOf(key);
  const given = variables[where];
  return given ? { where, value: kind.fromText(given) } : undefined;
}

function check({ kind, isSecret, default: usual }: Setting, { where, value }: Given, problems: string[]) {
  if (value === undefined && usual === undefined) return { value };
  const parsed = kind.schema.safeParse(value);
  if (parsed.success) return { value: parsed.data };
  problems.push(`${where}: it must be ${kind.allowed}${isSecret ? '' : `, not ${JSON.stringify(value)}`}`);
  return { value: undefined };
}
