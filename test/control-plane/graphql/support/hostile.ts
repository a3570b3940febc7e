import {
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  typeFromAST,
  type GraphQLInputType,
  type OperationDefinitionNode,
} from 'graphql';
import { schema } from '../../../../src/control-plane/graphql/schema';
import type { Json } from './api';

/** What a text may be that nobody should send; the name says what is wrong with it. */
const TEXTS: Readonly<Record<string, unknown>> = {
  'an empty text': '',
  blanks: '  ',
  'a path': '../../etc/passwd',
  'a label selector': 'app=x,tier in (a)',
  NUL: 'a\0b',
  'an escape sequence': 'a\u001b[2Jb',
  'a mark that turns the direction of writing': 'a\u202eb',
  HTML: '<script>alert(1)</script>',
  'half of a character': 'a\ud800b',
  SQL: "'; DROP TABLE pools; --",
  'the name of a property': '__proto__',
  'a mebibyte': 'x'.repeat(2 ** 20),
  'a number': 7,
  'a list': ['a', 'b'],
  'an object': { a: 1 },
};

const NUMBERS: Readonly<Record<string, unknown>> = {
  'a negative number': -1,
  'the least number': -(2 ** 31),
  'the greatest number': 2 ** 31 - 1,
  'a greater number': 2 ** 31,
  'a fraction': 1.5,
  'a text': '1',
};

/** Values that do not belong where a value of a type does. */
function* hostileOf(type: GraphQLInputType, given: unknown): Generator<[what: string, value: unknown]> {
  if (isNonNullType(type)) {
    yield ['null', null];
    yield* hostileOf(type.ofType, given);
  } else if (isListType(type)) {
    yield ['a list of null', [null]];
    yield [
      'a thousand of them',
      Array.from({ length: 1000 }, (_, n) => (typeof given === 'string' ? `${given}${n}` : n)),
    ];
    const [first] = (given as unknown[] | undefined) ?? [];
    for (const [what, value] of hostileOf(type.ofType, first)) yield [`${what}, in a list`, [value]];
    if (first !== undefined) yield ['the same twice', [first, first]];
  } else if (isInputObjectType(type)) {
    yield ['an unknown field', { ...(given as Json), unknown: 1 }];
    yield ['no field at all', {}];
    for (const [name, field] of Object.entries(type.getFields())) {
      for (const [what, value] of hostileOf(field.type, (given as Json | undefined)?.[name])) {
        yield [`${what}, as ${name}`, { ...(given as Json), [name]: value }];
      }
    }
  } else if (isEnumType(type)) {
    yield ['an unknown word', 'NOTHING'];
    yield ['an empty word', ''];
  } else if (type.name === 'Int') yield* Object.entries(NUMBERS);
  else if (type.name === 'Boolean') yield* Object.entries({ 'a text': 'yes', 'a number': 1 });
  else yield* Object.entries(TEXTS);
}

/** Every variable of an operation with each value that does not belong there. */
export function* hostileVariables(
  { variableDefinitions = [] }: OperationDefinitionNode,
  given: Json,
): Generator<{ readonly what: string; readonly name: string; readonly value: unknown }> {
  for (const { variable, type } of variableDefinitions) {
    const { value: name } = variable.name;
    const known = typeFromAST(schema, type as never) as GraphQLInputType;
    for (const [what, value] of hostileOf(known, given[name])) yield { what, name, value };
  }
  yield { what: 'a variable of nobody', name: 'nobody', value: 'x' };
}
