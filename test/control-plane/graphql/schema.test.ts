import { describe, expect, test } from '@jest/globals';
import { buildSchema, type GraphQLFieldResolver } from 'graphql';
import { guarded } from '../../../src/control-plane/graphql/access';
import { schema } from '../../../src/control-plane/graphql/schema';

const roots = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
  Object.values(type?.getFields() ?? {}),
);

describe('whoever is not logged in is refused', () => {
  const others = roots.filter(({ name }) => !['viewer', 'apiKeyUser'].includes(name));

  test.each(others.map(({ name, resolve }) => [name, resolve] as const))('%s', (_name, resolve) => {
    const ask = resolve as GraphQLFieldResolver<unknown, object, object>;
    expect(() => ask(undefined, {}, { user: undefined }, {} as never)).toThrow('unauthorized');
  });
});

test.each([
  ['Query.anything', 'type Query { anything: Int }'],
  ['Mutation.change', 'type Query { _: Int } type Mutation { change: Int }'],
])('a schema is refused whose %s does not say who may use it', (field, source) => {
  const built = buildSchema(source);
  const named = built.getQueryType()!.getFields()._;
  if (named) named.extensions = { pothosOptions: { access: 'everybody' } };
  expect(() => guarded(built)).toThrow(`field ${field} does not say who may use it`);
});
