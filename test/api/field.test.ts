import { describe, expect, test } from '@jest/globals';
import { field, fieldText, int32, list, map, objectSchema, text, type ObjectType } from '../../src/api/field';

const object = (fields: ObjectType['fields']): ObjectType => ({
  kind: 'object',
  name: 'Thing',
  description: 'A thing.',
  fields,
});

describe('the text of a field', () => {
  test('is its meaning', () => {
    expect(fieldText(field(text(), { description: 'A name.' }))).toBe('A name.');
  });

  test('says what happens without the field, and first of all that it is deprecated', () => {
    const old = field(text(), { description: 'A name.', whenUnset: 'none', deprecated: 'use title.' });
    expect(fieldText(old)).toBe('Deprecated: use title. A name. When unset: none.');
  });

  test('ends in the mark of what the bundled controller does not do yet', () => {
    const early = field(text(), { description: 'A name.', whenUnset: 'none', notYet: 'names of several words' });
    expect(fieldText(early)).toBe(
      'A name. When unset: none. Not yet carried out by the bundled controller: names of several words.',
    );
  });
});

describe('the schema of an object', () => {
  test('has the constraints of its fields and requires what is required', () => {
    const thing = object({
      size: field(int32({ minimum: 0 }), { description: 'How many.', required: true }),
      tags: field(list(text(), { maxItems: 3 }), { description: 'Words.' }),
      labels: field(map(text()), { description: 'Words by name.' }),
    });
    expect(objectSchema(thing)).toEqual({
      type: 'object',
      properties: {
        size: { description: 'How many.', type: 'integer', format: 'int32', minimum: 0 },
        tags: { description: 'Words.', type: 'array', items: { type: 'string' }, maxItems: 3 },
        labels: { description: 'Words by name.', type: 'object', additionalProperties: { type: 'string' } },
      },
      required: ['size'],
    });
  });

  test('carries its rules', () => {
    const rules = [{ rule: 'has(self.a)', message: 'a must be set' }];
    expect(objectSchema({ ...object({}), rules })).toEqual({ type: 'object', 'x-kubernetes-validations': rules });
  });
});
