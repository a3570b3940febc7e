type Schema = Readonly<Record<string, unknown>>;

/** What is read of a definition. */
export interface CustomResourceDefinition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly schema: { readonly openAPIV3Schema: unknown };
    }[];
  };
}

/**
 * JSON schemas of a custom resource, by the file name under which kubeconform looks for them. They refuse fields that
 * the definition does not know, where the API server would silently drop them.
 */
export function strictSchemas(crd: CustomResourceDefinition): [file: string, schema: Schema][] {
  const { group, names, versions } = crd.spec;
  return versions.map(({ name, schema }) => {
    const file = `${names.kind.toLowerCase()}-${group.split('.')[0]}-${name}.json`;
    const root = strict(schema.openAPIV3Schema as Schema) as { properties?: Schema };
    const identity = {
      apiVersion: { const: `${group}/${name}` },
      kind: { const: names.kind },
      metadata: { type: 'object' },
    };
    return [file, { ...root, properties: { ...root.properties, ...identity }, required: ['apiVersion', 'kind'] }];
  });
}

/** OpenAPI as Kubernetes has it, in the words of JSON Schema. */
function strict(schema: Schema): Schema {
  const result: Record<string, unknown> = { ...schema };
  if (isMap(schema.properties)) {
    result.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([name, property]) => [name, strict(property as Schema)]),
    );
    const open = schema['x-kubernetes-preserve-unknown-fields'] === true;
    if (!open && schema.additionalProperties === undefined) result.additionalProperties = false;
  }
  if (isMap(schema.items)) result.items = strict(schema.items);
  if (isMap(schema.additionalProperties)) result.additionalProperties = strict(schema.additionalProperties);
  if (schema['x-kubernetes-int-or-string'] === true) {
    delete result.type;
    result.anyOf = [{ type: 'integer' }, { type: 'string' }];
  }
  if (schema.nullable === true && typeof schema.type === 'string') result.type = [schema.type, 'null'];
  return result;
}

function isMap(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
