import type { JsonSchema } from '../../src/api';

/** The schema of the field at a path such as `spec.pod.volumes`; items of lists are passed through. */
export function schemaAt(root: JsonSchema, path: string): JsonSchema {
  return path.split('.').reduce((schema, name) => {
    const property = (schema.items ?? schema).properties?.[name];
    if (property === undefined) throw new Error(`No ${name} on the way to ${path}.`);
    return property;
  }, root);
}

/** Calls back for every value that a schema speaks of, with its path: `.a[]` for items, `.a{}` for values of maps. */
export function visit(schema: JsonSchema, at: (node: JsonSchema, path: string) => void, path = ''): void {
  at(schema, path);
  if (schema.items) visit(schema.items, at, `${path}[]`);
  if (schema.additionalProperties) visit(schema.additionalProperties, at, `${path}{}`);
  for (const [name, property] of Object.entries(schema.properties ?? {})) visit(property, at, `${path}.${name}`);
}
