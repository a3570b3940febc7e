import { isDeferred, type Deferred, type Expression } from './deferred';

/** Name of the helper that reads durations. */
export const MILLISECONDS = 'worker-pools.milliseconds';

const NOT_INSIDE = 'a list that is put together can only stand in a field of its own';

type Of<Op extends Expression['op']> = Extract<Expression, { readonly op: Op }>;

/** How each operation is written inside a template action. */
const WRITERS: { readonly [Op in Expression['op']]: (expression: Of<Op>) => string } = {
  value: ({ path: keys }) => path(keys),
  builtin: ({ name }) => `$.${name}`,
  serves: ({ kind }) => `($.Capabilities.APIVersions.Has ${literal(kind)})`,
  // Every cluster has this namespace; without a cluster Helm finds nothing, whatever it is told of API versions.
  hasCluster: () => '(not (empty (lookup "v1" "Namespace" "" "default")))',
  helper: ({ name, shape, arguments: given }) => include(name, shape, given),
  item: ({ name }) => `$${name}`,
  field: ({ of, key }) => fieldOf(of, key),
  text: ({ parts }) => printf(parts),
  when: ({ condition: test, then, otherwise }) => `(ternary ${action(then)} ${action(otherwise)} ${truth(test)})`,
  // Helm reads every number as a fraction, and would write 1000000 as 1e+06.
  decimal: ({ operand }) => `(toString (int64 ${action(operand)}))`,
  wholeNumber: ({ operand }) => call('atoi', operand),
  orElse: ({ value, fallback }) => call('default', fallback, value),
  merge: ({ over, under }) => merged([over, ...under]),
  not: ({ operand }) => negation(operand),
  and: ({ operands }) => call('and', ...operands),
  or: ({ operands }) => call('or', ...operands),
  isSet: ({ operand }) => `(not ${isUnset(operand)})`,
  isEmpty: ({ operand }) => call('empty', operand),
  equals: ({ left, right }) => call('eq', left, right),
  atLeast: ({ left, right }) => `(ge (int ${action(left)}) (int ${action(right)}))`,
  matches: ({ operand, pattern }) => `(regexMatch ${literal(`(?m)${pattern}`)} ${lines(operand)})`,
  cut: ({ operand, limit }) => `(trimSuffix "-" (trunc ${limit} ${stringOf(operand)}))`,
  replaced: ({ operand, pattern, by }) => `(regexReplaceAll ${literal(pattern)} ${stringOf(operand)} ${literal(by)})`,
  hasDuplicates: ({ list, field }) => duplicates(list, field),
  contains: ({ list, element }) => call('has', element, list),
  base64: ({ operand }) => `(b64enc ${stringOf(operand)})`,
  isText: ({ operand }) => `(kindIs "string" ${action(operand)})`,
  milliseconds: ({ operand }) => `(include ${literal(MILLISECONDS)} ${stringOf(operand)})`,
  document: ({ name }) => include(name, 'scalar'),
  sha256: ({ operand }) => call('sha256sum', operand),
  concat: ({ lists }) => {
    if (lists.every(isWhole)) return `(concat ${lists.map(listOf).join(' ')})`;
    throw new Error(NOT_INSIDE);
  },
  each: () => {
    throw new Error(NOT_INSIDE);
  },
};

/** How a value is written inside a template action. `$` and not `.`: range changes what the dot is. */
export function action(value: unknown): string {
  if (!isDeferred(value)) return literal(value);
  const expression = value.$deferred;
  const write = WRITERS[expression.op] as (expression: Expression) => string;
  return write(expression);
}

function call(name: string, ...operands: readonly unknown[]): string {
  return `(${[name, ...operands.map(action)].join(' ')})`;
}

function path(keys: readonly string[]): string {
  if (keys.every((key) => /^\w+$/.test(key))) return `$.Values.${keys.join('.')}`;
  return `(index $.Values ${keys.map((key) => JSON.stringify(key)).join(' ')})`;
}

/** A parent that was not given is nil, of which no field can be asked; an element of a list is always there. */
function fieldOf(parent: Deferred, key: string): string {
  const object = parent.$deferred.op === 'item' ? action(parent) : `(default dict ${action(parent)})`;
  return /^\w+$/.test(key) ? `${object}.${key}` : `(index ${object} ${JSON.stringify(key)})`;
}

function include(name: string, shape: 'scalar' | 'structure', given?: readonly unknown[]): string {
  const passed = given === undefined ? '$' : `(list ${given.map(action).join(' ')})`;
  const call = `(include ${JSON.stringify(name)} ${passed})`;
  return shape === 'structure' ? `(fromYaml ${call})` : call;
}

/** Whether the value renders as a map or list, over several lines. */
export function isStructure(value: Deferred): boolean {
  const expression = value.$deferred;
  return expression.op === 'merge' || isJoined(value) || ('shape' in expression && expression.shape === 'structure');
}

/** Whether a list is made of whole values alone, so that one function joins them. */
export function isJoined(value: Deferred): boolean {
  const expression = value.$deferred;
  return expression.op === 'concat' && expression.lists.every(isWhole);
}

function isWhole(list: unknown): boolean {
  return isDeferred(list) && isStructure(list);
}

/** What follows `if`: outer parentheses are noise there. */
export function condition(value: Deferred): string {
  const written = action(value);
  return written.startsWith('(') && closes(written) ? written.slice(1, -1) : written;
}

function closes(written: string): boolean {
  let depth = 0;
  for (let at = 0; at < written.length - 1; at++) {
    if (written[at] === '(') depth++;
    if (written[at] === ')') depth--;
    if (depth === 0) return false;
  }
  return true;
}

function isUnset(operand: unknown): string {
  return `(has ${action(operand)} (list nil ""))`;
}

/** Emptiness is what Go templates call false, so the value itself stands for "not empty". */
function negation(operand: unknown): string {
  const inner = isDeferred(operand) ? operand.$deferred : undefined;
  if (inner?.op === 'isEmpty') return action(inner.operand);
  if (inner?.op === 'isSet') return isUnset(inner.operand);
  return `(not ${action(operand)})`;
}

/** A list that a values file unset is nil, which concat refuses. */
function listOf(value: unknown): string {
  return `(default list ${action(value)})`;
}

/** A string that a values file unset is nil, which functions of strings refuse. */
function stringOf(value: unknown): string {
  const mayBeUnset = isDeferred(value) && ['value', 'field'].includes(value.$deferred.op);
  return mayBeUnset ? `(default "" ${action(value)})` : action(value);
}

function lines(value: Deferred): string {
  return isStructure(value) ? `(join "\\n" ${listOf(value)})` : stringOf(value);
}

/** The field's entries are found in the list's JSON, as templates have no function that maps a list. */
function duplicates(list: Deferred, field: string): string {
  const entry = literal(`"${field}":("[^"]*"|[0-9]+)`);
  const found = `(regexFindAll ${entry} (toJson ${listOf(list)}) -1)`;
  return `(gt (len ${found}) (len (uniq ${found})))`;
}

/** The condition as a real boolean, as functions demand it; `if` is content with what is not empty. */
function truth(value: unknown): string {
  if (!isDeferred(value)) return literal(value);
  const expression = value.$deferred;
  if (expression.op === 'not') return `(not ${truth(expression.operand)})`;
  // A switch that a values file unset is nil.
  if (expression.op === 'value' || expression.op === 'field') return `(not (empty ${action(value)}))`;
  if (expression.op !== 'and' && expression.op !== 'or') return action(value);
  return `(${[expression.op, ...expression.operands.map(truth)].join(' ')})`;
}

function printf(parts: readonly unknown[]): string {
  const format = parts.map((part) => (typeof part === 'string' ? part.replaceAll('%', '%%') : '%s')).join('');
  const values = parts.filter((part) => typeof part !== 'string').map(action);
  return `(printf ${JSON.stringify(format)} ${values.join(' ')})`;
}

/**
 * The last argument of mergeOverwrite wins, with empty strings too, which `merge` would take for nothing. It writes into
 * its arguments, so those of the values file are copied.
 */
function merged(maps: readonly unknown[]): string {
  const [first, ...rest] = [...maps].reverse().map(dictionary);
  return `(mergeOverwrite ${[fresh(first ?? ''), ...rest].join(' ')})`;
}

function fresh(map: string): string {
  return /^\((dict|fromYaml) /.test(map) ? map : `(deepCopy ${map})`;
}

/** A map that a values file unset is nil, which mergeOverwrite refuses. */
function dictionary(map: unknown): string {
  if (!isDeferred(map)) return literal(map);
  const expression = map.$deferred;
  if (expression.op === 'value' || expression.op === 'field') return `(default dict ${action(map)})`;
  if (expression.op !== 'when') return action(map);
  const [then, otherwise] = [expression.then, expression.otherwise ?? {}].map(dictionary);
  return `(ternary ${then} ${otherwise} ${truth(expression.condition)})`;
}

function literal(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return JSON.stringify(value);
  if (Array.isArray(value)) return value.length === 0 ? 'list' : `(list ${value.map(action).join(' ')})`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)} ${action(inner)}`);
    return entries.length === 0 ? 'dict' : `(dict ${entries.join(' ')})`;
  }
  throw new Error(`${JSON.stringify(value)} cannot be written inside a template action`);
}
