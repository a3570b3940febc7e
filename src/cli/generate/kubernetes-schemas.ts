import type { JsonSchema, SchemaMap } from '../../api/schema';
import type { PublishedSchema } from './kubernetes-source';

/** The types of core/v1 and meta/v1 that fields of a WorkerPool name; what they refer to follows by itself. */
export const ROOT_TYPES = [
  'Affinity',
  'Condition',
  'Container',
  'EnvFromSource',
  'EnvVar',
  'HostAlias',
  'Lifecycle',
  'LocalObjectReference',
  'PodDNSConfig',
  'PodSecurityContext',
  'ResourceRequirements',
  'SecretKeySelector',
  'SecurityContext',
  'Toleration',
  'TopologySpreadConstraint',
  'Volume',
  'VolumeMount',
] as const;

const QUANTITY_PATTERN =
  '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$';

const INT_OR_STRING: JsonSchema = {
  anyOf: [{ type: 'integer' }, { type: 'string' }],
  'x-kubernetes-int-or-string': true,
};

/** Types that Kubernetes describes by their Go encoding, in the words of a structural schema. */
const SPECIAL_TYPES: SchemaMap<JsonSchema> = {
  Quantity: { description: 'An amount such as 500m, 2 or 1Gi.', ...INT_OR_STRING, pattern: QUANTITY_PATTERN },
  IntOrString: { description: 'A number, or a name or percentage.', ...INT_OR_STRING },
  // Only volume claim templates embed it here, and of those Kubernetes copies nothing else to the claim.
  EmbeddedObjectMeta: {
    description: 'The metadata of an object that is made of a template.',
    type: 'object',
    properties: {
      labels: { type: 'object', additionalProperties: { type: 'string' } },
      annotations: { type: 'object', additionalProperties: { type: 'string' } },
    },
  },
};

/** Core defaults that the published CRD of the group does not inject; the API server adds them to the Pod itself. */
const DEFAULTS_OF_THE_POD_ONLY = new Set(['AzureDiskVolumeSource.cachingMode', 'AzureDiskVolumeSource.kind']);

/**
 * Limits that Kubernetes has in code (names are DNS labels) and not in its schema; the cost of the CRD's validation rules
 * is estimated by them.
 */
const LIMITS: SchemaMap<JsonSchema> = { 'Container.name': { maxLength: 63 }, 'Volume.name': { maxLength: 63 } };

/**
 * They embed a LocalObjectReference, which is replaced as a whole; the published document forgets that of the type that
 * embeds, the published CRD of the group does not.
 */
const EMBEDDED_REFERENCES = new Set([
  'ConfigMapEnvSource',
  'ConfigMapProjection',
  'ConfigMapVolumeSource',
  'SecretEnvSource',
  'SecretProjection',
]);

function shortName(fullName: string): string {
  const name = fullName.slice(fullName.lastIndexOf('.') + 1);
  return name === 'ObjectMeta' ? 'EmbeddedObjectMeta' : name;
}

/**
 * Prunes the published schemas to those that a WorkerPool embeds, as structural schemas: without the zero values that
 * Go gives required fields, without merge hints of strategic patches (custom resources have none), and with short
 * names.
 *
 * @returns schemas by short name, sorted; a `$ref` is the short name of another one.
 * @throws when a type is missing from the published document or is described in a way that this program cannot read.
 */
export function extractSchemas(published: SchemaMap<PublishedSchema>): SchemaMap<JsonSchema> {
  const byShortName = new Map(
    Object.entries(published)
      .filter(([name]) => name.startsWith('io.k8s.api.core.v1.') || name.startsWith('io.k8s.apimachinery.'))
      .map(([name, schema]) => [shortName(name), schema]),
  );
  const extract = new Map<string, JsonSchema>();
  const pending: string[] = [...ROOT_TYPES];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (extract.has(name)) continue;
    const source = byShortName.get(name);
    if (source === undefined) throw new Error(`The published Kubernetes document has no type named ${name}.`);
    const schema = SPECIAL_TYPES[name] ?? convert(source, name);
    extract.set(name, schema);
    pending.push(...references(schema));
  }
  return Object.fromEntries([...extract].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function convert(source: PublishedSchema, place: string): JsonSchema {
  const reference = source.$ref ?? source.allOf?.[0]?.$ref;
  if (reference !== undefined) {
    return { ...described(source), $ref: shortName(reference), ...keptDefault(source, place) };
  }
  if (source.type === undefined) throw new Error(`${place} of the published Kubernetes document has no type.`);
  return {
    ...described(source),
    type: source.type,
    ...(source.format !== undefined && { format: source.format }),
    ...keptDefault(source, place),
    ...(source.properties && { properties: convertProperties(source, place) }),
    ...(source.required && { required: source.required }),
    ...(source.items && { items: convert(source.items, `${place}[]`) }),
    ...(source.additionalProperties && { additionalProperties: convert(source.additionalProperties, `${place}{}`) }),
    ...(source['x-kubernetes-list-type'] && { 'x-kubernetes-list-type': source['x-kubernetes-list-type'] }),
    ...(source['x-kubernetes-list-map-keys'] && { 'x-kubernetes-list-map-keys': source['x-kubernetes-list-map-keys'] }),
    ...mapType(source, place),
  };
}

function mapType(source: PublishedSchema, place: string): Pick<JsonSchema, 'x-kubernetes-map-type'> {
  const type = EMBEDDED_REFERENCES.has(place) ? 'atomic' : source['x-kubernetes-map-type'];
  return type === undefined ? {} : { 'x-kubernetes-map-type': type };
}

function convertProperties(source: PublishedSchema, place: string): SchemaMap<JsonSchema> {
  return Object.fromEntries(
    Object.entries(source.properties ?? {}).map(([name, property]) => {
      const optional = !(source.required ?? []).includes(name);
      // A required field with a default is a Go zero value, which would make "required" mean nothing.
      const { default: zeroValue, ...withoutDefault } = property;
      const kept = optional && zeroValue !== undefined ? property : withoutDefault;
      return [name, { ...convert(kept, `${place}.${name}`), ...LIMITS[`${place}.${name}`] }];
    }),
  );
}

function keptDefault(source: PublishedSchema, place: string): { default?: unknown } {
  const isZeroStruct = typeof source.default === 'object';
  const isItem = place.endsWith('[]') || place.endsWith('{}');
  if (source.default === undefined || isZeroStruct || isItem || DEFAULTS_OF_THE_POD_ONLY.has(place)) return {};
  return { default: source.default };
}

const described = ({ description }: PublishedSchema): { description?: string } =>
  description === undefined ? {} : { description: summary(description) };

/** The first sentence: the whole texts would make the CRD larger than an annotation of `kubectl apply` may be. */
function summary(description: string): string {
  const line = description.split('\n')[0] ?? '';
  const sentence = /^.*?[.!](?=\s+[A-Z]|$)/.exec(line.replaceAll(/\b(e\.g|i\.e)\./g, '$1\u0000'))?.[0] ?? line;
  return sentence.replaceAll('\u0000', '.').trim();
}

function references(schema: JsonSchema): string[] {
  const children = [
    ...Object.values(schema.properties ?? {}),
    ...(schema.items ? [schema.items] : []),
    ...(schema.additionalProperties ? [schema.additionalProperties] : []),
  ];
  return [...(schema.$ref === undefined ? [] : [schema.$ref]), ...children.flatMap(references)];
}
