import { describe, expect, test } from '@jest/globals';
import { workerPoolCrd } from '../../../../src/api';
import { strictSchemas } from '../../../../src/cli/dev/conformance/strict-schema';

function schemaOf(spec: object): Record<string, unknown> {
  const openAPIV3Schema = { type: 'object', properties: { spec } };
  const versions = [{ name: 'v1', schema: { openAPIV3Schema } }];
  const [entry] = strictSchemas({ spec: { group: 'example.org', names: { kind: 'Thing' }, versions } });
  return (entry?.[1] as { properties: { spec: Record<string, unknown> } }).properties.spec;
}

describe('the schema of a custom resource', () => {
  test('lies in the file that kubeconform looks for', () => {
    expect(strictSchemas(workerPoolCrd()).map(([file]) => file)).toEqual(['workerpool-workers-v1beta1.json']);
  });

  test.each([
    ['refuses unknown fields', { type: 'object', properties: { a: {} } }, { additionalProperties: false }],
    [
      'lets unknown fields pass where the definition keeps them',
      { properties: {}, 'x-kubernetes-preserve-unknown-fields': true },
      { additionalProperties: undefined },
    ],
    [
      'keeps maps',
      { properties: {}, additionalProperties: { type: 'string' } },
      { additionalProperties: { type: 'string' } },
    ],
    [
      'takes numbers and strings where both are allowed',
      { type: 'string', 'x-kubernetes-int-or-string': true },
      { type: undefined, anyOf: [{ type: 'integer' }, { type: 'string' }] },
    ],
    ['takes null where the definition does', { type: 'string', nullable: true }, { type: ['string', 'null'] }],
  ])('%s', (_sentence, given, expected) => {
    const spec = schemaOf(given);
    for (const [key, value] of Object.entries(expected)) expect(spec[key]).toEqual(value);
  });

  test('is strict in lists and below maps too', () => {
    const inner = { type: 'object', properties: { a: { type: 'string' } } };
    const spec = schemaOf({
      type: 'object',
      properties: { list: { items: inner }, map: { additionalProperties: inner } },
    });
    expect(JSON.stringify(spec).match(/"additionalProperties":false/g)).toHaveLength(3);
  });
});
