import { PERCENTAGE } from './kubernetes-names';
import { deferred, type Deferred, type Element, type Later, type Shape } from './deferred';

/** The part of JSON Schema (draft 7) that charts' schemas use. */
export interface ValueSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, ValueSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | ValueSchema;
  readonly patternProperties?: Readonly<Record<string, ValueSchema>>;
  readonly items?: ValueSchema;
  readonly uniqueItems?: boolean;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  /** What the rules allow, for errors of constructs; no schema of a chart has it. */
  readonly says?: string;
}

/** One value of a chart: what it is by default, what may be set, and the sentence that values.yaml carries. */
export interface ValueDeclaration<T> {
  readonly kind: 'value';
  readonly default: T;
  readonly schema: ValueSchema;
  readonly description: string;
}

/** Values below one key. */
export interface ValueGroup<Members extends ValueMembers = ValueMembers> {
  readonly kind: 'group';
  readonly description: string;
  /** Whether keys that are not among the members are let through. @default false */
  readonly open?: boolean;
  readonly members: Members;
}

/** A list of objects that the chart looks into; what a values file leaves out of one is unset. */
export interface ValueList<Members extends ValueMembers = ValueMembers> {
  readonly kind: 'list';
  readonly description: string;
  /** What one element is called in templates and in sentences. */
  readonly name: string;
  readonly members: Members;
  readonly required: readonly string[];
}

export type ValueMember = ValueDeclaration<unknown> | ValueGroup | ValueList;
export type ValueMembers = { readonly [key: string]: ValueMember };

/** The values of a group as a chart's user gives them, complete with defaults. */
export type ValuesOf<Members> = {
  readonly [Key in keyof Members]: Members[Key] extends ValueGroup<infer Inner>
    ? ValuesOf<Inner>
    : Members[Key] extends ValueList<infer Inner>
      ? Later<readonly ValuesOf<Inner>[]>
      : Members[Key] extends ValueDeclaration<infer T>
        ? Later<T>
        : never;
};

type Json = Record<string, unknown>;
type Strings = Record<string, string>;

const value = <T>(fallback: T, schema: ValueSchema, description: string): ValueDeclaration<T> => ({
  kind: 'value',
  default: fallback,
  schema,
  description,
});

/** A value that may stay unset. */
const optional = <T>(
  type: string | readonly string[],
  description: string,
  rules: ValueSchema = {},
): ValueDeclaration<T | undefined> =>
  value<T | undefined>(undefined, { type: [...[type].flat(), 'null'], ...rules }, description);

export const group = <M extends ValueMembers>(description: string, members: M): ValueGroup<M> => ({
  kind: 'group',
  description,
  members,
});
/** As `group`, but what others keep there is let through. */
export const openGroup = <M extends ValueMembers>(description: string, members: M): ValueGroup<M> => ({
  ...group(description, members),
  open: true,
});
/** A switch; where it is off by default, `null` means off. */
export const flag = (fallback: boolean, description: string) =>
  value(fallback, { type: fallback ? 'boolean' : ['boolean', 'null'] }, description);
/** A switch that Helm itself reads, which takes `null` for "on". */
export const condition = (fallback: boolean, description: string) => value(fallback, { type: 'boolean' }, description);
export const optionalFlag = (description: string) => optional<boolean>('boolean', description);
export const integer = (fallback: number, description: string, rules: ValueSchema = {}) =>
  value(fallback, { type: 'integer', minimum: 0, ...rules }, description);
export const string = (fallback: string, description: string, rules: ValueSchema = {}) =>
  value(fallback, { type: 'string', ...rules }, description);
export const optionalString = (description: string, rules: ValueSchema = {}) =>
  optional<string>('string', description, rules);
export const optionalEnum = (allowed: readonly string[], description: string) =>
  optional<string>('string', description, { enum: [...allowed, '', null] });
/** A number that `null` leaves to Kubernetes. */
export const integerOrNull = (fallback: number, description: string) => ({
  ...optionalInteger(0, description),
  default: fallback,
});
/** A string that may be emptied, which leaves the field out. */
export const orEmpty = (fallback: string, description: string, { enum: allowed, ...rules }: ValueSchema = {}) => ({
  ...(allowed === undefined ? optionalString(description, rules) : optionalEnum(allowed as string[], description)),
  default: fallback,
});
export const optionalInteger = (minimum: number, description: string) =>
  optional<number>('integer', description, { minimum });
export const optionalIntOrPercent = (description: string, fallback?: number) => ({
  ...optional<number | string>(['integer', 'string'], description, {
    minimum: 0,
    pattern: `^(${PERCENTAGE})?$`,
    says: 'it must be a whole number from 0 up, or a percentage such as "50%"',
  }),
  default: fallback as number | string | undefined,
});
export const integers = (fallback: number[], description: string, rules: ValueSchema = {}) =>
  value(fallback, { type: 'array', items: { type: 'integer', ...rules }, uniqueItems: true }, description);
export const strings = (fallback: string[], description: string) =>
  value(fallback, { type: 'array', items: { type: 'string' } }, description);
/** Strings of which none may stand twice. */
export const distinctStrings = (fallback: string[], description: string, rules: ValueSchema) =>
  value(fallback, { type: 'array', items: { type: 'string', ...rules }, uniqueItems: true }, description);
export const stringMap = (fallback: Strings, description: string) =>
  value(fallback, { type: 'object', additionalProperties: { type: 'string' } }, description);
/** An object of a Kubernetes type; the API server checks what is inside. */
export const object = <T extends object>(fallback: T, description: string, rules: ValueSchema = {}) =>
  value<T>(fallback, { type: 'object', ...rules }, description);
export const list = <T>(description: string, items: ValueSchema): ValueDeclaration<readonly T[]> =>
  value<readonly T[]>([], { type: 'array', items }, description);
export const objects = <T extends object>(fallback: readonly T[], description: string, rules: ValueSchema = {}) =>
  value(fallback, { type: 'array', items: { type: 'object', ...rules } }, description);

/** Objects of the chart's own making; the `required` members have to be given. */
export const listOf = <M extends ValueMembers>(
  name: string,
  members: M,
  required: readonly (keyof M & string)[],
  description: string,
): ValueList<M> => ({ kind: 'list', name, members, required, description });

/** The values as deferred ones, to build a chart with. */
export function deferredValues<M extends ValueMembers>(members: M, path: readonly string[] = []): ValuesOf<M> {
  const values = mapMembers<unknown>(members, (key, member) => {
    const here = [...path, key];
    if (member.kind === 'group') return deferredValues(member.members, here);
    if (member.kind === 'value') return deferred({ op: 'value', path: here, shape: shapeOf(member) });
    return deferred({ op: 'value', path: here, shape: 'structure', element: elementOfList(member) });
  });
  return values as ValuesOf<M>;
}

function elementOfList({ name, members }: ValueList): Element {
  const objects: { name: string; given: Deferred }[] = [];
  const inside = (of: Deferred, fields: ValueMembers): unknown =>
    mapMembers<unknown>(fields, (key, member) => {
      if (member.kind === 'list') throw new Error(`${key}: lists of objects inside such lists are not provided for`);
      const given = deferred({ op: 'field', of, key, shape: member.kind === 'group' ? 'structure' : shapeOf(member) });
      if (member.kind === 'value' && member.schema.type !== 'object') return given;
      objects.push({ name: key, given });
      const object = deferred({ op: 'item', name: key, shape: 'structure' });
      return member.kind === 'group' ? inside(object, member.members) : object;
    });
  const prototype = inside(deferred({ op: 'item', name, shape: 'structure' }), members);
  return { name, prototype, objects };
}

/** The defaults; what a chart's user gives is laid over them. */
export function defaultValues(members: ValueMembers): Json {
  return mapMembers(members, (_, member) => {
    if (member.kind === 'list') return [];
    return member.kind === 'group' ? defaultValues(member.members) : member.default;
  });
}

/** Values as the constructs take them: each object inside a list's element is there, though empty. */
export function withObjects(members: ValueMembers, given: Json, inElement = false): Json {
  const completed = mapMembers<unknown>(members, (key, member) => {
    if (member.kind === 'value') return given[key] ?? unsetValue(member, inElement) ?? given[key];
    if (member.kind === 'group') return withObjects(member.members, (given[key] ?? {}) as Json, inElement);
    return ((given[key] ?? []) as Json[]).map((element) => withObjects(member.members, element, true));
  });
  return { ...given, ...completed };
}

/** What stands for a value that was not given: a switch is off, an object inside a list's element is empty. */
function unsetValue({ schema, default: fallback }: ValueDeclaration<unknown>, inElement: boolean): unknown {
  if (fallback === false) return false;
  return inElement && schema.type === 'object' ? {} : undefined;
}

/** The schema of all values: nothing unknown, and nothing unset by `null` that the templates need. */
export function schemaOf(description: string, members: ValueMembers): ValueSchema {
  return schemaOfGroup(group(description, members));
}

function schemaOfGroup(of: ValueGroup): ValueSchema {
  const needed = Object.keys(of.members).filter((key) => isNeeded(of.members[key] as ValueMember));
  return level(of, needed, schemaOfGroup);
}

/** Nobody fills in the elements of a list, so only what the chart asks for is required in them. */
function schemaOfElement(of: ValueGroup, required: readonly string[] = []): ValueSchema {
  return level(of, required, schemaOfElement);
}

function level(
  { description, members, open = false }: ValueGroup,
  required: readonly string[],
  ofGroup: (group: ValueGroup) => ValueSchema,
): ValueSchema {
  const properties = mapMembers<ValueSchema>(members, (key, member) => {
    const schema = schemaOfMember(member, ofGroup);
    return required.includes(key) ? schema : orNull(schema);
  });
  return { type: 'object', description, properties, required, additionalProperties: open };
}

function schemaOfMember(member: ValueMember, ofGroup: (group: ValueGroup) => ValueSchema): ValueSchema {
  if (member.kind === 'group') return ofGroup(member);
  if (member.kind === 'value') return { ...withoutWords(member.schema), description: member.description };
  const items = schemaOfElement(group(`One ${member.name}.`, member.members), member.required);
  return { type: 'array', items, description: member.description };
}

function withoutWords(schema: ValueSchema): ValueSchema {
  const rules = Object.entries(schema).filter(([keyword]) => keyword !== 'says');
  return Object.fromEntries(
    rules.map(([keyword, rule]) => [
      keyword,
      keyword === 'items' ? withoutWords(rule as ValueSchema) : (rule as unknown),
    ]),
  );
}

/** Helm takes a default away for a `null`, but hands it on where an umbrella chart or a list says it. */
function orNull(schema: ValueSchema): ValueSchema {
  return { ...schema, type: [...new Set([schema.type, 'null'].flat() as string[])] };
}

/** For lists, maps and strings that may be empty, `null` in a values file means empty. */
function isNeeded(member: ValueMember): boolean {
  if (member.kind !== 'value') return member.kind === 'group';
  const mayBeNull = [member.schema.type].flat(2).includes('null');
  return !mayBeNull && member.default !== undefined && member.default !== '' && shapeOf(member) === 'scalar';
}

function shapeOf({ schema }: ValueDeclaration<unknown>): Shape {
  return schema.type === 'object' || schema.type === 'array' ? 'structure' : 'scalar';
}

function mapMembers<R>(members: ValueMembers, convert: (key: string, member: ValueMember) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(members).map(([key, member]) => [key, convert(key, member)]));
}
