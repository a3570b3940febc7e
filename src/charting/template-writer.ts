import { elementOf, isDeferred, type Deferred } from './deferred';
import { action, condition, isJoined, isStructure } from './template-action';

export const STEP = '  ';
const FIRST = new Set(['apiVersion', 'kind', 'metadata', 'name', 'namespace']);
/** Plain scalars that every YAML version reads as the string that they are. */
const PLAIN = /^[A-Za-z/][A-Za-z0-9._/-]*$/;
/** What YAML 1.1 (Helm's reader) takes for something else than a string. */
const RESERVED = /^(true|false|yes|no|on|off|y|n|null)$/i;

/** The manifest as YAML with template actions where values are known only at rendering. */
export function writeTemplate(manifest: Readonly<Record<string, unknown>>): string {
  return mapping(manifest, '').join('\n') + '\n';
}

function mapping(map: Readonly<Record<string, unknown>>, indent: string): string[] {
  return inReadingOrder(Object.entries(map)).flatMap(([key, value]) => entry(key, value, indent));
}

function entry(key: string, value: unknown, indent: string): string[] {
  const name = `${indent}${scalar(key)}:`;
  if (isDeferred(value)) return deferredEntry(key, value, indent);
  if (Array.isArray(value)) return value.length === 0 ? [`${name} []`] : [name, ...sequence(value, indent + STEP)];
  if (isMap(value)) return isEmptyMap(value) ? [`${name} {}`] : [name, ...mapping(value, indent + STEP)];
  return lines(name, value, indent);
}

/** Text of several lines stands as such, which keeps scripts readable. */
function lines(before: string, value: unknown, indent: string): string[] {
  if (typeof value !== 'string' || !/^\S.*\n/.test(value) || value.includes('{{') || value.endsWith('\n\n')) {
    return [`${before} ${scalar(value)}`];
  }
  const text = value.replace(/\n$/, '').split('\n');
  return [`${before} |${value.endsWith('\n') ? '' : '-'}`, ...text.map((line) => line && `${indent}${STEP}${line}`)];
}

/** What names a thing comes first, what is left out at times last: a list item's dash stands before its first line. */
function inReadingOrder(entries: readonly [string, unknown][]): [string, unknown][] {
  const rank = ([key, value]: [string, unknown]) => (isConditional(value) ? 2 : FIRST.has(key) ? 0 : 1);
  return [...entries].sort((left, right) => rank(left) - rank(right));
}

function deferredEntry(key: string, value: Deferred, indent: string): string[] {
  const expression = value.$deferred;
  const name = `${indent}${scalar(key)}:`;
  if (expression.op === 'when') return conditional(expression, indent, (branch) => entry(key, branch, indent));
  if ((expression.op === 'concat' && !isJoined(value)) || expression.op === 'each')
    return [name, ...list(value, indent + STEP)];
  if (expression.op === 'document') {
    return [`${name} |-`, `${indent + STEP}{{- ${condition(value)} | nindent ${indent.length + STEP.length} }}`];
  }
  if (isStructure(value)) {
    const inner = indent + STEP;
    return [name, `${inner}{{- toYaml ${action(value)} | nindent ${inner.length} }}`];
  }
  // toJson writes every scalar so that YAML reads back the same: 1000000 stays a number, "on" and "1e3" strings.
  return [`${name} {{ ${condition(value)} | toJson }}`];
}

/** Lines that stand only where a condition holds, and others where it does not. */
export function conditional(
  expression: { readonly condition: unknown; readonly then: unknown; readonly otherwise?: unknown },
  indent: string,
  write: (branch: unknown) => string[],
): string[] {
  const otherwise = expression.otherwise === undefined ? [] : [`${indent}{{- else }}`, ...write(expression.otherwise)];
  return [
    `${indent}{{- if ${condition(expression.condition as Deferred)} }}`,
    ...write(expression.then),
    ...otherwise,
    `${indent}{{- end }}`,
  ];
}

function list(value: unknown, indent: string): string[] {
  if (!isDeferred(value)) return sequence(value as readonly unknown[], indent);
  const expression = value.$deferred;
  if (expression.op === 'when') return conditional(expression, indent, (branch) => list(branch, indent));
  if (expression.op === 'each') return range(expression.list, indent, item(expression.item, indent));
  if (expression.op !== 'concat') {
    return range(value, indent, [`${indent}- {{ $${elementOf(value as Deferred<unknown[]>).name} | toJson }}`]);
  }
  refuseIfMayBeEmpty(expression.lists);
  return expression.lists.flatMap((part) => list(part, indent));
}

/** A key followed by nothing is null, not an empty list. */
function refuseIfMayBeEmpty(parts: readonly unknown[]): void {
  if (parts.some((part) => Array.isArray(part) && part.length > 0)) return;
  throw new Error('a list whose parts may all be empty would render as null: give it one part that always stands');
}

function range(source: Deferred, indent: string, body: readonly string[]): string[] {
  return [`${indent}${rangeOver(source)}`, ...body, `${indent}{{- end }}`];
}

/** The head of a loop over a list; the element has the list's name for it. */
export function rangeOver(list: Deferred): string {
  return `{{- range $${elementOf(list as Deferred<readonly unknown[]>).name} := ${condition(list)} }}`;
}

function sequence(items: readonly unknown[], indent: string): string[] {
  return items.flatMap((element) => item(element, indent));
}

function item(element: unknown, indent: string): string[] {
  if (isDeferred(element)) return [`${indent}- {{ ${condition(element)} | toJson }}`];
  if (!isMap(element)) return lines(`${indent}-`, element, indent);
  if (isEmptyMap(element)) return [`${indent}- {}`];
  const [first = '', ...rest] = mapping(element, indent + STEP);
  if (first.trimStart().startsWith('{{')) throw new Error('a list item needs one field that always stands');
  return [`${indent}- ${first.trimStart()}`, ...rest];
}

function isConditional(value: unknown): boolean {
  return isDeferred(value) && value.$deferred.op === 'when';
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEmptyMap(value: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(value).length === 0;
}

function scalar(value: unknown): string {
  if (typeof value === 'string' && PLAIN.test(value) && !RESERVED.test(value)) return value;
  return JSON.stringify(value).replaceAll('{{', '{{ "{{" }}');
}
