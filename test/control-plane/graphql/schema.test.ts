import { describe, expect, test } from '@jest/globals';
import type { GraphQLFieldResolver } from 'graphql';
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
