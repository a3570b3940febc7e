import { deferred, type Later } from '../constructs/template/deferred';

/** The part of JSON Schema (draft 7) that charts' schemas use. */
export interface ValueSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, ValueSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | ValueSchema;
  readonly items?: ValueSchema;
  readonly uniqueItems?: boolean;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
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
  readonly members: Members;
}

export type ValueMembers = { readonly [key: string]: ValueDeclaration<unknown> | ValueGroup };

/** The values of a group as a chart's user gives them, complete with defaults. */
export type ValuesOf<Members> = {
  readonly [Key in keyof Members]: Members[Key] extends ValueGroup<infer Inner>
    ? ValuesOf<Inner>
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
export const flag = (fallback: boolean, description: string) => value(fallback, { type: 'boolean' }, description);
export const integer = (fallback: number, description: string) =>
  value(fallback, { type: 'integer', minimum: 0 }, description);
export const string = (fallback: string, description: string, rules: ValueSchema = {}) =>
  value(fallback, { type: 'string', ...rules }, description);
export const optionalString = (description: string, rules: ValueSchema = {}) =>
  optional<string>('string', description, rules);
export const optionalEnum = (allowed: readonly string[], description: string) =>
  optional<string>('string', description, { enum: [...allowed, null] });
export const optionalInteger = (minimum: number, description: string) =>
  optional<number>('integer', description, { minimum });
export const optionalIntOrPercent = (description: string) =>
  optional<number | string>(['integer', 'string'], description, { minimum: 0, pattern: '^[0-9]+%$' });
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
export const object = <T extends object>(fallback: T, description: string) =>
  value<T>(fallback, { type: 'object' }, description);
export const objects = <T extends object>(fallback: readonly T[], description: string) =>
  value(fallback, { type: 'array', items: { type: 'object' } }, description);

/** The values as deferred ones, to build a chart with. */
export function deferredValues<M extends ValueMembers>(members: M, path: readonly string[] = []): ValuesOf<M> {
  const values = mapMembers<unknown>(members, (key, member) => {
    const here = [...path, key];
    if (member.kind === 'group') return deferredValues(member.members, here);
    return deferred({ op: 'value', path: here, shape: isStructured(member) ? 'structure' : 'scalar' });
  });
  return values as ValuesOf<M>;
}

/** The defaults; what a chart's user gives is laid over them. */
export function defaultValues(members: ValueMembers): Json {
  return mapMembers(members, (_, member) => (member.kind === 'group' ? defaultValues(member.members) : member.default));
}

/** The schema of one level: nothing unknown, and nothing unset by `null` that the templates need. */
export function schemaOf(description: string, members: ValueMembers): ValueSchema {
  const properties = mapMembers<ValueSchema>(members, (_, member) =>
    member.kind === 'group'
      ? schemaOf(member.description, member.members)
      : { ...member.schema, description: member.description },
  );
  const required = Object.keys(members).filter((key) =>
    isNeeded(members[key] as ValueDeclaration<unknown> | ValueGroup),
  );
  return { type: 'object', description, properties, required, additionalProperties: false };
}

/** For lists, maps and strings that may be empty, `null` in a values file means empty. */
function isNeeded(member: ValueDeclaration<unknown> | ValueGroup): boolean {
  if (member.kind === 'group') return true;
  return member.default !== undefined && member.default !== '' && !isStructured(member);
}

function isStructured({ schema }: ValueDeclaration<unknown>): boolean {
  return schema.type === 'object' || schema.type === 'array';
}

function mapMembers<R>(
  members: ValueMembers,
  convert: (key: string, member: ValueDeclaration<unknown> | ValueGroup) => R,
): Record<string, R> {
  return Object.fromEntries(Object.entries(members).map(([key, member]) => [key, convert(key, member)]));
}
