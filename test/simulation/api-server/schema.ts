import type { CustomResourceDefinition } from '../../../src/api/crd';
import type { JsonSchema } from '../../../src/api/schema';
import { workerCrd } from '../../../src/api/worker/crd';
import { workerPoolCrd } from '../../../src/api/worker-pool/crd';
import { isObject } from './json';
import type { KindRules } from './kinds';
import { invalid, type ApiRefusal } from './refusals';
import type { Stored } from './types';

const schemaOf = ({ spec }: CustomResourceDefinition): JsonSchema => spec.versions[0]!.schema.openAPIV3Schema;
const SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  WorkerPool: schemaOf(workerPoolCrd()),
  Worker: schemaOf(workerCrd()),
};

/**
 * The object with the defaults of its CRD and without what that does not know. The CRD's rules in the Common Expression
 * Language are not looked at: the tests of the CRDs have them judged by the real server.
 *
 * @throws ApiRefusal
 */
export function validate(rules: KindRules, object: Stored): Stored {
  const { name } = object.metadata;
  if (name.length > 253)
    throw invalid(rules, name, 'metadata.name', 'Invalid value: must be no more than 253 characters');
  if (rules.resource.kind === 'Event') checkEvent(rules, object);
  const schema = SCHEMAS[rules.resource.kind];
  if (!schema) return object;
  const refuse = (field: string, message: string): ApiRefusal => invalid(rules, name, field, message);
  const { spec, status } = schema.properties ?? {};
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: object.metadata,
    ...(object.spec && spec && { spec: checked(spec, object.spec, 'spec', refuse) as Stored['spec'] }),
    ...(object.status && status && { status: checked(status, object.status, 'status', refuse) as Stored['status'] }),
  };
}

function checkEvent(rules: KindRules, { metadata, involvedObject }: Stored): void {
  const about = (involvedObject as { namespace?: string } | undefined)?.namespace ?? 'default';
  if (about === metadata.namespace) return;
  throw invalid(rules, metadata.name, 'involvedObject.namespace', 'Invalid value: does not match event.namespace');
}

type Refuse = (field: string, message: string) => ApiRefusal;

function checked(schema: JsonSchema, value: unknown, field: string, refuse: Refuse): unknown {
  const problem = problemOf(schema, value);
  if (problem !== undefined) throw refuse(field, `Invalid value: ${JSON.stringify(value)}: ${problem}`);
  if (Array.isArray(value) && schema.items) {
    return value.map((item, at) => checked(schema.items!, item, `${field}[${at}]`, refuse));
  }
  return isObject(value) ? checkedObject(schema, value, field, refuse) : value;
}

function checkedObject(
  { properties, additionalProperties, required = [] }: JsonSchema,
  value: Readonly<Record<string, unknown>>,
  field: string,
  refuse: Refuse,
): Readonly<Record<string, unknown>> {
  const missing = required.find((name) => value[name] === undefined);
  if (missing !== undefined) throw refuse(`${field}.${missing}`, 'Required value');
  if (!properties && !additionalProperties) return value;
  const known: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(properties ?? {})) {
    const own = value[name] ?? part.default;
    if (own !== undefined) known[name] = checked(part, own, `${field}.${name}`, refuse);
  }
  if (!additionalProperties) return known;
  for (const [name, own] of Object.entries(value)) known[name] ??= checked(additionalProperties, own, field, refuse);
  return known;
}

function problemOf(schema: JsonSchema, value: unknown): string | undefined {
  if (schema.type !== undefined && !isOfType(schema.type, value)) return `must be of type ${schema.type}`;
  if (schema.enum && !schema.enum.includes(value as string)) return `supported values: ${schema.enum.join(', ')}`;
  if (typeof value === 'number') return problemOfNumber(schema, value);
  if (typeof value === 'string') return problemOfText(schema, value);
  const isTooLong = Array.isArray(value) && value.length > (schema.maxItems ?? Infinity);
  return isTooLong ? `must have at most ${schema.maxItems} items` : undefined;
}

function problemOfNumber(schema: JsonSchema, value: number): string | undefined {
  const maximum = maximumOf(schema);
  if (value < (schema.minimum ?? -Infinity)) return `should be greater than or equal to ${schema.minimum}`;
  return value > (maximum ?? Infinity) ? `should be less than or equal to ${maximum}` : undefined;
}

function problemOfText(
  { maxLength = Infinity, minLength = 0, pattern }: JsonSchema,
  value: string,
): string | undefined {
  if (value.length > maxLength) return `may not be longer than ${maxLength}`;
  if (value.length < minLength) return `should be at least ${minLength} chars long`;
  return pattern !== undefined && !new RegExp(pattern, 'u').test(value) ? `should match '${pattern}'` : undefined;
}

/** Stands in a rule, because of its sentence. */
function maximumOf(schema: JsonSchema): number | undefined {
  for (const { rule } of schema['x-kubernetes-validations'] ?? []) {
    const [, maximum] = /^self <= (\d+)$/.exec(rule) ?? [];
    if (maximum !== undefined) return Number(maximum);
  }
  return undefined;
}

function isOfType(type: NonNullable<JsonSchema['type']>, value: unknown): boolean {
  if (type === 'object') return isObject(value);
  if (type === 'array') return Array.isArray(value);
  return type === 'integer' ? Number.isInteger(value) : typeof value === type;
}
