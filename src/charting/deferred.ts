/**
 * Values that are known only when somebody renders a chart, and what can be done with them.
 *
 * The manifests of the operator and the exporter are written once, with these functions instead of `if`, `+` and
 * spread. Given plain values they compute at once; given a deferred value they note the operation, and src/charting writes
 * it as a template action. So a generated chart cannot drift from the constructs.
 */

/** An operation on values that are not known yet, as plain data. */
export type Expression =
  | { readonly op: 'value'; readonly path: readonly string[]; readonly shape: Shape; readonly element?: Element }
  | {
      readonly op: 'builtin';
      readonly name:
        'Release.Namespace' | 'Release.Service' | 'Release.Name' | 'Release.IsInstall' | 'Chart.AppVersion';
    }
  /** Whether the cluster serves a kind, as group/version/Kind. */
  | { readonly op: 'serves'; readonly kind: string }
  /** Whether there is a cluster to ask while the chart is rendered. */
  | { readonly op: 'hasCluster' }
  | {
      readonly op: 'helper';
      readonly name: string;
      readonly shape: Shape;
      /** What the helper gets instead of the whole context. @default - the whole context */
      readonly arguments?: readonly Later<string>[];
    }
  /** The element at hand of a list; `name` tells nested lists apart. */
  | { readonly op: 'item'; readonly name: string; readonly shape: Shape }
  | { readonly op: 'field'; readonly of: Deferred; readonly key: string; readonly shape: Shape }
  | { readonly op: 'text'; readonly parts: readonly Later<string>[] }
  | { readonly op: 'when'; readonly condition: Later<boolean>; readonly then: unknown; readonly otherwise?: unknown }
  | { readonly op: 'orElse'; readonly value: Later<unknown>; readonly fallback: Later<unknown> }
  | { readonly op: 'decimal'; readonly operand: Deferred<number> }
  | { readonly op: 'wholeNumber'; readonly operand: Deferred<string> }
  | { readonly op: 'concat'; readonly lists: readonly unknown[] }
  | { readonly op: 'each'; readonly list: Deferred<readonly unknown[]>; readonly item: unknown }
  | { readonly op: 'merge'; readonly over: Later<OpenMap>; readonly under: readonly Later<OpenMap>[] }
  | { readonly op: 'not'; readonly operand: Later<boolean> }
  | { readonly op: 'and'; readonly operands: readonly Later<boolean>[] }
  | { readonly op: 'or'; readonly operands: readonly Later<boolean>[] }
  | { readonly op: 'isSet'; readonly operand: Deferred }
  | { readonly op: 'isEmpty'; readonly operand: Deferred }
  | { readonly op: 'equals'; readonly left: Later<string>; readonly right: Later<string> }
  | { readonly op: 'atLeast'; readonly left: Later<number | undefined>; readonly right: Later<number> }
  | { readonly op: 'matches'; readonly operand: Deferred; readonly pattern: string }
  | { readonly op: 'cut'; readonly operand: Deferred<string>; readonly limit: number }
  | { readonly op: 'replaced'; readonly operand: Deferred<string>; readonly pattern: string; readonly by: string }
  | { readonly op: 'hasDuplicates'; readonly list: Deferred; readonly field: string }
  | { readonly op: 'contains'; readonly list: Later<readonly unknown[]>; readonly element: Later<unknown> }
  | { readonly op: 'base64'; readonly operand: Deferred }
  | { readonly op: 'isText'; readonly operand: Deferred }
  | { readonly op: 'milliseconds'; readonly operand: Deferred }
  /** A document that a helper of the chart writes (`document.ts`). */
  | { readonly op: 'document'; readonly name: string; readonly template: string }
  | { readonly op: 'sha256'; readonly operand: Deferred };

/** Whether a value is written on one line, or as a map or list over several. */
export type Shape = 'scalar' | 'structure';

/** What the elements of a list look like to `each`. */
export interface Element {
  readonly name: string;
  readonly prototype: unknown;
  /** Objects inside the element, by the names that they have in the loop; there even where nobody gave them. */
  readonly objects: readonly { readonly name: string; readonly given: Deferred }[];
}

export type StringMap = Readonly<Record<string, Later<string>>>;
export type OpenMap = object;

/** A `T` that is known when the chart is rendered. Plain data, so that cdk8s carries it through untouched. */
export interface Deferred<T = unknown> {
  readonly $deferred: Expression;
  /** Only for the type checker. */
  readonly $type?: T;
}

/** A `T`, now or when the chart is rendered. */
export type Later<T> = T | Deferred<T>;

/** Whether `value` is known only when the chart is rendered. */
export function isDeferred(value: unknown): value is Deferred {
  return typeof value === 'object' && value !== null && '$deferred' in value;
}

export function deferred<T>(expression: Expression): Deferred<T> {
  return { $deferred: expression };
}

/** `then` if the condition holds, else `otherwise`; undefined leaves the field or the list part out. */
export function when<T>(condition: Later<boolean>, then: Later<T>, otherwise?: Later<T>): Later<T> | undefined {
  if (!isDeferred(condition)) return condition ? then : otherwise;
  return deferred({ op: 'when', condition, then, ...(otherwise === undefined ? {} : { otherwise }) });
}

/** The value, or `fallback` where it is unset, the empty string or 0. */
export function orElse<T extends string | number>(value: Later<T | undefined>, fallback: Later<T>): Later<T> {
  if (!isDeferred(value)) return value || fallback;
  return deferred({ op: 'orElse', value, fallback });
}

/** One string of several. */
export function text(...parts: readonly Later<string>[]): Later<string> {
  if (parts.every((part) => typeof part === 'string')) return parts.join('');
  const flat = parts.flatMap((part) =>
    isDeferred(part) && part.$deferred.op === 'text' ? part.$deferred.parts : part,
  );
  return deferred({ op: 'text', parts: flat });
}

/** A whole number in a string. */
export function decimal(operand: Later<number>): Later<string> {
  return isDeferred(operand) ? deferred({ op: 'decimal', operand }) : String(operand);
}

/** The number that a string of digits stands for. */
export function wholeNumber(operand: Later<string>): Later<number> {
  return isDeferred(operand) ? deferred({ op: 'wholeNumber', operand }) : Number.parseInt(operand, 10);
}

/** One list of several; parts that are undefined are left out. */
export function concat<T>(...lists: readonly (Later<readonly T[]> | undefined)[]): Later<T[]> {
  const parts = lists.filter((list) => list !== undefined);
  if (parts.some(isDeferred)) return deferred({ op: 'concat', lists: parts });
  return parts.flatMap((list) => [...(list as readonly T[])]);
}

/** An object whose fields are known one by one, or a scalar that is known later. */
export type ElementOf<T> = T extends object ? T : Later<T>;

/** What stands for an element of a list that is known later. */
export function elementOf<T>(list: Deferred<readonly T[]>): { readonly name: string; readonly element: ElementOf<T> } {
  const declared = list.$deferred.op === 'value' ? list.$deferred.element : undefined;
  if (declared !== undefined) return { name: declared.name, element: declared.prototype as ElementOf<T> };
  return { name: 'item', element: deferred<T>({ op: 'item', name: 'item', shape: 'scalar' }) as ElementOf<T> };
}

/** One item for each item of a list. */
export function each<T, R>(list: Later<readonly T[]> | undefined, item: (element: ElementOf<T>) => R): Later<R[]> {
  if (!isDeferred(list)) return (list ?? []).map((element) => item(element as ElementOf<T>));
  return deferred({ op: 'each', list, item: item(elementOf(list).element) });
}

/** A field of a free-form object; undefined where the object or the field is missing. */
export function field<T extends object, K extends keyof T & string>(
  of: Later<T | undefined>,
  key: K,
  shape: Shape,
): Later<T[K] | undefined> {
  if (!isDeferred(of)) return (of ?? ({} as Partial<T>))[key] ?? undefined;
  return deferred({ op: 'field', of, key, shape });
}

/**
 * The entries of all maps; an entry of `over` wins over one of `under`, an earlier `under` over a later one. Nested maps
 * are not for this: Helm would merge them too.
 */
export function merge<T extends OpenMap = StringMap>(
  over: Later<T> | undefined,
  ...under: readonly (Later<T> | undefined)[]
): Later<T> {
  const [first = {}, ...rest] = [over, ...under].filter((map) => map !== undefined && map !== null);
  if (rest.length === 0) return first as Later<T>;
  if (rest.some(isDeferred) || isDeferred(first)) return deferred({ op: 'merge', over: first, under: rest });
  return Object.assign({}, ...[first, ...rest].reverse()) as T;
}

export function not(operand: Later<boolean>): Later<boolean> {
  return isDeferred(operand) ? deferred({ op: 'not', operand }) : !operand;
}

export function and(...operands: readonly Later<boolean>[]): Later<boolean> {
  const open = operands.filter((operand) => operand !== true);
  if (open.includes(false)) return false;
  if (open.length <= 1) return open[0] ?? true;
  return deferred({ op: 'and', operands: open });
}

/** Whether at least one of the conditions holds. */
export function or(...operands: readonly Later<boolean>[]): Later<boolean> {
  const open = operands.filter((operand) => operand !== false);
  if (open.includes(true)) return true;
  if (open.length <= 1) return open[0] ?? false;
  return deferred({ op: 'or', operands: open });
}

/** Whether two strings are the same. */
export function equals(left: Later<string>, right: Later<string>): Later<boolean> {
  return isDeferred(left) || isDeferred(right) ? deferred({ op: 'equals', left, right }) : left === right;
}

/** Whether `left` is as great as `right`, or greater; what was not given counts as 0. */
export function atLeast(left: Later<number | undefined>, right: Later<number>): Later<boolean> {
  if (isDeferred(left) || isDeferred(right)) return deferred({ op: 'atLeast', left: left ?? 0, right });
  return (left ?? 0) >= right;
}

/** Whether a string, or a line of a list's items written one on each line, matches; syntax that RE2 has, too. */
export function matches(operand: Later<string> | Later<readonly string[]>, pattern: string): Later<boolean> {
  if (isDeferred(operand)) return deferred({ op: 'matches', operand, pattern });
  return new RegExp(pattern, 'm').test(typeof operand === 'string' ? operand : (operand ?? []).join('\n'));
}

/** The string's beginning, without a dash at its end. */
export function cut(operand: string, limit: number): string;
export function cut(operand: Later<string>, limit: number): Later<string>;
export function cut(operand: Later<string>, limit: number): Later<string> {
  if (isDeferred(operand)) return deferred({ op: 'cut', operand, limit });
  return (operand ?? '').slice(0, limit).replace(/-$/, '');
}

/** The string with every match of the pattern replaced by plain words. */
export function replaced(operand: Later<string>, pattern: string, by: string): Later<string> {
  if (isDeferred(operand)) return deferred({ op: 'replaced', operand, pattern, by });
  return (operand ?? '').replaceAll(new RegExp(pattern, 'g'), by);
}

/** Whether two objects of a list have the same string or number in a field. */
export function hasDuplicates(list: Later<readonly object[]> | undefined, field: string): Later<boolean> {
  if (isDeferred(list)) return deferred({ op: 'hasDuplicates', list, field });
  const found = (list ?? []).map((item) => (item as Record<string, unknown>)[field]).filter(isPresent);
  return new Set(found).size < found.length;
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** Whether a list has the string. */
export function contains(list: Later<readonly string[]> | undefined, element: Later<string>): Later<boolean> {
  if (list === undefined || list === null) return false;
  if (isDeferred(list) || isDeferred(element)) return deferred({ op: 'contains', list, element });
  return list.includes(element);
}

/** The string's UTF-8 bytes in Base64, as the data of Secrets is written. */
export function base64(operand: Later<string>): Later<string> {
  if (isDeferred(operand)) return deferred({ op: 'base64', operand });
  return Buffer.from(operand ?? '', 'utf8').toString('base64');
}

/** Whether the value is a string, and no object. */
export function isText(operand: unknown): Later<boolean> {
  return isDeferred(operand) ? deferred({ op: 'isText', operand }) : typeof operand === 'string';
}

/** Units of durations as Prometheus writes them, the longest first, with their milliseconds. */
export const DURATION_UNITS = {
  y: 31_536_000_000,
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
} as const;

/** A duration such as 30s or 1m30s; syntax that RE2 has, too. */
export const DURATION_PATTERN = `^${Object.keys(DURATION_UNITS)
  .map((unit) => `(?:([0-9]+)${unit})?`)
  .join('')}$`;

/** The length of a duration such as 30s or 1m30s. */
export function milliseconds(operand: Later<string | undefined>): Later<number> {
  if (isDeferred(operand)) return deferred({ op: 'milliseconds', operand });
  const [, ...counts] = new RegExp(DURATION_PATTERN).exec(operand ?? '') ?? [];
  const factors = Object.values(DURATION_UNITS);
  return counts.reduce((sum, count, index) => sum + Number(count ?? 0) * (factors[index] ?? 0), 0);
}

const UNSET: readonly unknown[] = [undefined, null, ''];

/** Whether somebody gave the value at all. 0 and false count as given; the empty string does not, as usual with Helm. */
export function isSet(operand: unknown): Later<boolean> {
  return isDeferred(operand) ? deferred({ op: 'isSet', operand }) : !UNSET.includes(operand);
}

/** Whether a list, map or string holds nothing, or was not given. */
export function isEmpty(operand: unknown): Later<boolean> {
  if (isDeferred(operand)) return deferred({ op: 'isEmpty', operand });
  return operand === undefined || operand === null || operand === '' || Object.keys(operand).length === 0;
}

/** The value, or nothing where it is empty: so that a rendered object has no empty fields. */
export function ifAny<T>(value: Later<T> | undefined): Later<T> | undefined {
  return value === undefined ? undefined : when(not(isEmpty(value)), value);
}

/** The value, or nothing where it was not given. */
export function ifSet<T>(value: Later<T> | undefined): Later<T> | undefined {
  return value === undefined ? undefined : when(isSet(value), value);
}
