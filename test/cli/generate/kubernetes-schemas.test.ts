import { describe, expect, test } from '@jest/globals';
import { extractSchemas, ROOT_TYPES } from '../../../src/cli/generate/kubernetes-schemas';
import type { PublishedSchema } from '../../../src/cli/generate/kubernetes-source';

const CORE = 'io.k8s.api.core.v1.';

const reference = (name: string): string => `#/components/schemas/${CORE}${name}`;

/** A published document in which only `Volume` has the given fields; the other roots are there and empty. */
function published(
  volume: PublishedSchema,
  others: Record<string, PublishedSchema> = {},
): Record<string, PublishedSchema> {
  const empty = ROOT_TYPES.map((name) => [CORE + name, { type: 'object' }] as const);
  return { ...Object.fromEntries(empty), [`${CORE}Volume`]: volume, ...others };
}

describe('the extract of Kubernetes types', () => {
  test('follows references and names types shortly', () => {
    const extract = extractSchemas(
      published(
        { type: 'object', properties: { secret: { allOf: [{ $ref: reference('Source') }], default: {} } } },
        { [`${CORE}Source`]: { type: 'object' }, [`${CORE}Unrelated`]: { type: 'object' } },
      ),
    );
    expect(extract.Volume?.properties?.secret).toEqual({ $ref: 'Source' });
    expect(extract).toHaveProperty('Source');
    expect(extract).not.toHaveProperty('Unrelated');
  });

  test('keeps a default of an optional field, and drops the zero value of a required one', () => {
    const properties: Record<string, PublishedSchema> = {
      pool: { type: 'string', default: 'rbd' },
      image: { type: 'string', default: '' },
      items: { type: 'array', items: { type: 'string', default: '' } },
    };
    const { Volume } = extractSchemas(published({ type: 'object', properties, required: ['image'] }));
    expect(Volume?.properties).toEqual({
      pool: { type: 'string', default: 'rbd' },
      image: { type: 'string' },
      items: { type: 'array', items: { type: 'string' } },
    });
  });

  test('keeps how lists merge under apply, and drops hints for strategic patches', () => {
    const list = {
      type: 'array',
      items: { $ref: reference('EnvVar') },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      'x-kubernetes-patch-strategy': 'merge',
    } as PublishedSchema;
    const { Volume } = extractSchemas(published({ type: 'object', properties: { env: list } }));
    expect(Volume?.properties?.env).toEqual({
      type: 'array',
      items: { $ref: 'EnvVar' },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    });
  });

  test.each([
    ['One sentence. And another.', 'One sentence.'],
    ['What is this?', 'What is this?'],
    ['Names, e.g. Of things. More.', 'Names, e.g. Of things.'],
    ['The first line\n\nThe second.', 'The first line'],
    ['Version v1.2 of it. More.', 'Version v1.2 of it.'],
  ])('keeps of %j the first sentence', (description, kept) => {
    const { Volume } = extractSchemas(published({ type: 'object', description }));
    expect(Volume?.description).toBe(kept);
  });

  test('limits names to the length that Kubernetes lets them have', () => {
    const { Volume } = extractSchemas(published({ type: 'object', properties: { name: { type: 'string' } } }));
    expect(Volume?.properties?.name?.maxLength).toBe(63);
  });

  test('fails when a type is missing, and when one cannot be read', () => {
    expect(() => extractSchemas({})).toThrow(/no type named/);
    expect(() => extractSchemas(published({ type: 'object', properties: { odd: {} } }))).toThrow(
      'Volume.odd of the published Kubernetes document has no type',
    );
  });
});
