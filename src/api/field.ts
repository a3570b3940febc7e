import type { JsonSchema, SchemaMap, ValidationRule } from './schema';

/**
 * One field of a kind, stated once: the CRD's schema, the TypeScript member and the reference page are all made of it.
 */
export interface Field {
  /** Meaning, units, what wins in a conflict. */
  readonly description: string;
  /** What happens when it is left out, as a sentence without its full stop. @default - nothing worth saying */
  readonly whenUnset?: string;
  readonly required?: boolean;
  /** What of it the bundled controller does not do yet, as part of a sentence. @default - it does all of it */
  readonly notYet?: string;
  /** What to use instead. @default - not deprecated */
  readonly deprecated?: string;
  readonly type: FieldType;
}

/** The shape of a field's value. */
export type FieldType =
  | { readonly kind: 'scalar'; readonly schema: JsonSchema }
  | { readonly kind: 'list'; readonly items: FieldType; readonly schema?: JsonSchema }
  | { readonly kind: 'map'; readonly values: FieldType; readonly schema?: JsonSchema }
  /** A type of Kubernetes, by its name in core/v1 or meta/v1. */
  | { readonly kind: 'kubernetes'; readonly name: string; readonly rules?: readonly ValidationRule[] }
  | ObjectType;

/** An object of ours; `name` is that of its TypeScript interface. */
export interface ObjectType {
  readonly kind: 'object';
  readonly name: string;
  readonly description: string;
  readonly fields: SchemaMap<Field>;
  readonly rules?: readonly ValidationRule[];
}

type About = Omit<Field, 'type'>;

/** Constraints that a scalar may carry, and a default that the API server fills in. */
type Constraints = Pick<
  JsonSchema,
  'default' | 'minimum' | 'minLength' | 'maxLength' | 'enum' | 'x-kubernetes-validations'
>;

export const text = (constraints: Constraints = {}): FieldType => ({
  kind: 'scalar',
  schema: { type: 'string', ...constraints },
});

export const flag = (constraints: Constraints = {}): FieldType => ({
  kind: 'scalar',
  schema: { type: 'boolean', ...constraints },
});

export const int32 = (constraints: Constraints = {}): FieldType => integer({ ...constraints, format: 'int32' });

export const int64 = (constraints: Constraints = {}): FieldType => integer({ ...constraints, format: 'int64' });

export const integer = (schema: Constraints & Pick<JsonSchema, 'format'> = {}): FieldType => ({
  kind: 'scalar',
  schema: { type: 'integer', ...schema },
});

/** A type of Kubernetes, by its name in core/v1 or meta/v1. */
export const kubernetes = (name: string): FieldType => ({ kind: 'kubernetes', name });

export const list = (items: FieldType, schema?: JsonSchema): FieldType => ({ kind: 'list', items, schema });

export const map = (values: FieldType, schema?: JsonSchema): FieldType => ({ kind: 'map', values, schema });

export const field = (type: FieldType, about: About): Field => ({ ...about, type });

/** The schema of an object of ours; references to Kubernetes types stay references. */
export function objectSchema({ fields, rules }: ObjectType): JsonSchema {
  const required = Object.entries(fields)
    .filter(([, { required }]) => required)
    .map(([name]) => name);
  return {
    type: 'object',
    ...(Object.keys(fields).length > 0 && {
      properties: Object.fromEntries(Object.entries(fields).map(([name, of]) => [name, fieldSchema(of)])),
    }),
    ...(required.length > 0 && { required }),
    ...(rules && { 'x-kubernetes-validations': rules }),
  };
}

function fieldSchema(of: Field): JsonSchema {
  return { description: fieldText(of), ...typeSchema(of.type) };
}

function typeSchema(type: FieldType): JsonSchema {
  switch (type.kind) {
    case 'scalar':
      return type.schema;
    case 'list':
      return { type: 'array', items: typeSchema(type.items), ...type.schema };
    case 'map':
      return { type: 'object', additionalProperties: typeSchema(type.values), ...type.schema };
    case 'kubernetes':
      return { $ref: type.name, ...(type.rules && { 'x-kubernetes-validations': type.rules }) };
    case 'object':
      return objectSchema(type);
  }
}

/** The description that `kubectl explain` shows: meaning, what happens without the field, what is still to come. */
export function fieldText({ description, whenUnset, deprecated, notYet }: Field): string {
  return [
    ...(deprecated === undefined ? [] : [`Deprecated: ${deprecated}`]),
    description,
    ...(whenUnset === undefined ? [] : [`When unset: ${whenUnset}.`]),
    ...(notYet === undefined ? [] : [notYetText(notYet)]),
  ].join(' ');
}

/** The one mark of what is still to come, wherever the field is described. */
export function notYetText(what: string): string {
  return `Not yet carried out by the bundled controller: ${what}.`;
}
