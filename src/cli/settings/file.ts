import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Settings } from './setting';

/** The values of a file by their keys, and what is wrong with its form. */
export interface FileValues {
  readonly values: ReadonlyMap<string, unknown>;
  readonly problems: readonly string[];
}

/** Reads a file of settings in YAML; whether each value is allowed is looked at later. */
export function readSettingsFile(path: string, settings: Settings): FileValues {
  let content: unknown;
  try {
    content = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return { values: new Map(), problems: [`${path} ${unreadable(error as NodeJS.ErrnoException)}`] };
  }
  const keys = Object.keys(settings).filter((key) => !settings[key]!.isSecret);
  const values = new Map<string, unknown>();
  const problems: string[] = [];
  const walk = (section: unknown, above: string): void => {
    const where = `${path}${above === '' ? '' : `: ${above.slice(0, -1)}`}`;
    if (typeof section !== 'object' || section === null || Array.isArray(section)) {
      problems.push(`${where}: must hold ${namesBelow(keys, above).join(', ')}`);
      return;
    }
    for (const [name, value] of Object.entries(section)) {
      const key = `${above}${name}`;
      if (keys.includes(key)) values.set(key, value);
      else if (keys.some((each) => each.startsWith(`${key}.`))) walk(value, `${key}.`);
      else problems.push(`${path}: ${key}: there is no such setting; here are ${namesBelow(keys, above).join(', ')}`);
    }
  };
  // An empty file is null.
  if (content !== null && content !== undefined) walk(content, '');
  return { values, problems };
}

function namesBelow(keys: readonly string[], above: string): string[] {
  const below = keys.filter((key) => key.startsWith(above)).map((key) => key.slice(above.length).split('.')[0]!);
  return [...new Set(below)];
}

function unreadable({ code, syscall, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'cannot be read: there is no such file';
  if (syscall !== undefined) return `cannot be read: ${code}`;
  const [reason = ''] = message.split('\n');
  return `cannot be read as YAML: ${reason.replace(/:$/, '')}`;
}
