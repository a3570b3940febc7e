import type { JsonSchema, SchemaMap } from './schema';

/**
 * Levels of fields inside a Kubernetes type that keep their description. Every further level, three times over for
 * volumes, would make the CRD larger than the annotation of a client-side `kubectl apply` may be.
 */
const DESCRIBED_LEVELS = 2;

/**
 * Puts Kubernetes types in the place of their references, as a structural schema needs it.
 *
 * @param types schemas by the names that references use.
 * @throws when a reference names a type that is not there, which means that `npm run generate` has to be run.
 */
export function inlineTypes(schema: JsonSchema, types: SchemaMap<JsonSchema>): JsonSchema {
  return inline(schema, types, 'own');
}

/** `level` counts the fields from the outermost Kubernetes type on; fields of ours come before any. */
function inline(schema: JsonSchema, types: SchemaMap<JsonSchema>, level: number | 'own'): JsonSchema {
  const { $ref: reference, ...own } = schema;
  const merged = reference === undefined ? own : { ...typeNamed(reference, types), ...own };
  const inside = reference !== undefined && level === 'own' ? 0 : level;
  const below = inside === 'own' ? inside : inside + 1;
  const { description, properties, items, additionalProperties, 'x-kubernetes-validations': rules, ...rest } = merged;
  const isDescribed = description !== undefined && (inside === 'own' || inside <= DESCRIBED_LEVELS);
  return {
    ...(isDescribed && { description }),
    ...rest,
    ...(rules && { 'x-kubernetes-validations': rules.map(({ rule, message }) => ({ rule, message })) }),
    ...(items && { items: withoutDescription(inline(items, types, inside)) }),
    ...(additionalProperties && {
      additionalProperties: withoutDescription(inline(additionalProperties, types, inside)),
    }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [name, inline(property, types, below)]),
      ),
    }),
  };
}

/** The field around a list or map has said it already. */
function withoutDescription({ description: _, ...schema }: JsonSchema): JsonSchema {
  return schema;
}

function typeNamed(name: string, types: SchemaMap<JsonSchema>): JsonSchema {
  const type = types[name];
  if (type === undefined) {
    throw new Error(`No Kubernetes type ${name} in src/api/kubernetes-schemas.generated.ts; run \`npm run generate\`.`);
  }
  return type;
}
