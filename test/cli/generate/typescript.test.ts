import { describe, expect, test } from '@jest/globals';
import type { JsonSchema } from '../../../src/api';
import { declaration, membersOf, typeExpression } from '../../../src/cli/generate/typescript';

const cases: readonly [string, JsonSchema, string][] = [
  ['a text', { type: 'string' }, 'string'],
  ['a whole number', { type: 'integer', format: 'int32' }, 'number'],
  ['a number or text', { 'x-kubernetes-int-or-string': true }, 'number | string'],
  ['a choice', { type: 'string', enum: ['mqtt', 'poll'] }, "'mqtt' | 'poll'"],
  ['another type', { $ref: 'Volume' }, 'Volume'],
  ['a list', { type: 'array', items: { $ref: 'Volume' } }, 'readonly Volume[]'],
  ['a list of choices', { type: 'array', items: { type: 'string', enum: ['a', 'b'] } }, "readonly ('a' | 'b')[]"],
  ['a map', { type: 'object', additionalProperties: { type: 'string' } }, 'Readonly<Record<string, string>>'],
  [
    'an object in place',
    { type: 'object', properties: { a: { type: 'string' }, b: { type: 'boolean' } }, required: ['a'] },
    '{ readonly a: string; readonly b?: boolean }',
  ],
  ['an object without fields', { type: 'object' }, 'Readonly<Record<string, never>>'],
];

describe('the TypeScript of a schema', () => {
  test.each(cases)('for %s', (_title, schema, expected) => {
    expect(typeExpression(schema)).toBe(expected);
  });

  test('is an interface with documented members', () => {
    const schema: JsonSchema = {
      description: 'A thing.',
      type: 'object',
      properties: { name: { type: 'string', description: 'Its name, */ and all.' }, size: { type: 'integer' } },
      required: ['name'],
    };
    expect(declaration('Thing', schema.description, membersOf(schema))).toBe(
      '/** A thing. */\nexport interface Thing {\n' +
        '  /** Its name, *\\/ and all. */\n  readonly name: string;\n' +
        '  readonly size?: number;\n}\n',
    );
  });

  test('is refused for a schema that says nothing', () => {
    expect(() => typeExpression({})).toThrow('No TypeScript type for the schema {}.');
  });
});
