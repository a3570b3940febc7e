import { stringify } from 'yaml';
import type { ValueMember, ValueMembers } from './values';

const WIDTH = 110;

/** values.yaml: every value with its default, and its sentence above it. */
export function valuesYaml(title: string, members: ValueMembers): string {
  return [...comment(title, ''), '', ...lines(members, '')].join('\n').trimEnd() + '\n';
}

function lines(members: ValueMembers, indent: string): string[] {
  return Object.entries(members).flatMap(([key, member]) => [
    ...comment(member.description, indent),
    ...(member.kind === 'group'
      ? [heading(key, member.members, indent), ...lines(member.members, `${indent}  `)]
      : entry(key, member, indent)),
    ...(indent === '' ? [''] : []),
  ]);
}

/** A key with nothing but comments below it would be null, and not an empty map. */
function heading(key: string, members: ValueMembers, indent: string): string {
  const allUnset = Object.values(members).every((member) => member.kind === 'value' && member.default === undefined);
  return `${indent}${key}:${allUnset ? ' {}' : ''}`;
}

/** A value without a default stands commented out, so that nobody takes `null` for one. */
function entry(key: string, member: Exclude<ValueMember, { kind: 'group' }>, indent: string): string[] {
  if (member.kind === 'list') {
    const fields = lines(member.members, '  ').map((line) => `${indent}# ${line}`);
    return [`${indent}${key}: []`, `${indent}# What each element may have:`, ...fields];
  }
  if (member.default === undefined) return [`${indent}# ${key}:`];
  const document = stringify(
    { [key]: member.default },
    { lineWidth: 0, defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' },
  );
  return document
    .trimEnd()
    .split('\n')
    .map((line) => indent + line);
}

function comment(sentence: string, indent: string): string[] {
  const result: string[] = [];
  let line = `${indent}#`;
  for (const word of sentence.split(/\s+/)) {
    if (line.length + 1 + word.length > WIDTH) {
      result.push(line);
      line = `${indent}#`;
    }
    line += ` ${word}`;
  }
  return [...result, line];
}
