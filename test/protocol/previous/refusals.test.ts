import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { refusals, type Schema } from './refusals';

const schema = (io: 'input' | 'output', message: z.ZodType): Schema => z.toJSONSchema(message, { io }) as Schema;

const object = z.object({ a: z.string().max(5) });

test.each<[string, z.ZodType, z.ZodType, string[]]>([
  ['the same', object, object, []],
  ['a field that the other does not know', z.object({ a: z.string().max(5), b: z.boolean() }), object, []],
  [
    'a field that the other refuses',
    z.object({ a: z.string().max(5), b: z.boolean() }),
    object.strict(),
    ['.b: unknown, and refused'],
  ],
  ['a field that is new there, with a default', object, object.extend({ b: z.boolean().default(true) }), []],
  ['a field that is new there, and required', object, object.extend({ b: z.boolean() }), ['.b: missing, and required']],
  ['a field that may be missing', object.partial(), object, ['.a: missing, and required']],
  ['a longer text', z.object({ a: z.string().max(6) }), object, ['.a: maxLength 5, and not 6']],
  ['a text of any length', z.object({ a: z.string() }), object, ['.a: maxLength 5, and not undefined']],
  ['another type', z.object({ a: z.number() }), object, ['.a: number where string is expected']],
  ['null', z.object({ a: z.string().max(5).nullable() }), object, ['.a: null where string is expected']],
  ['null where it may be', object, z.object({ a: z.string().max(5).nullable() }), []],
  ['a further word', z.enum(['x', 'y']), z.enum(['x']), [': "y"']],
  ['fewer words', z.enum(['x']), z.enum(['x', 'y']), []],
  ['longer lists', z.array(z.string()).max(3), z.array(z.string()).max(2), [': maxItems 2, and not 3']],
  [
    'what is wrong in the alternative of its kind',
    z.object({ kind: z.literal('b'), why: z.enum(['x', 'y']) }),
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('a') }),
      z.object({ kind: z.literal('b'), why: z.enum(['x']) }),
    ]),
    ['.why: "y"'],
  ],
])('%s', (_, sent, taken, expected) => {
  expect(refusals(schema('output', sent), schema('input', taken))).toEqual(expected);
});
