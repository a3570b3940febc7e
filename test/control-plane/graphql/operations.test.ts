import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse, type FieldNode, type OperationDefinitionNode } from 'graphql';
import { schema } from '../../../src/control-plane/graphql/schema';
import { describeOnEachDatabase } from '../support/databases';
import { TestQueue } from '../support/queue';
import { TestApi } from './support/api';
import { OPERATIONS } from './support/operations';
import { World } from './support/world';

const fields = [schema.getQueryType()!, schema.getMutationType()!].flatMap((type) => Object.values(type.getFields()));

test('every field at the root of the API is in the table', () => {
  expect(Object.keys(OPERATIONS).sort()).toEqual(fields.map(({ name }) => name).sort());
});

test.each(fields.map(({ name, args }) => [name, args] as const))(
  '%s is tried with each of its arguments',
  (name, args) => {
    const [definition] = parse(OPERATIONS[name]!.document).definitions;
    const [root] = (definition as OperationDefinitionNode).selectionSet.selections;
    const given = (root as FieldNode).arguments?.map((argument) => argument.name.value) ?? [];
    expect(given.sort()).toEqual(args.map((arg) => arg.name).sort());
  },
);

describeOnEachDatabase('in the API', (database) => {
  let queue: TestQueue;
  let api: TestApi;

  beforeAll(async () => {
    queue = await TestQueue.ready(undefined, await database());
    api = new TestApi(queue);
  });

  afterAll(() => queue?.close());

  test.each(Object.entries(OPERATIONS).map(([field, operation]) => [field, operation.shows, operation] as const))(
    '%s %s',
    async (field, _shows, { document, given: make, gives, then }) => {
      const world = await World.on(queue);
      const variables = await make(world);
      const wanted = gives(world, variables);
      const { [field]: answer } = await api.ask(document, variables);
      const given = Array.isArray(wanted) ? (answer as unknown[]).slice(0, wanted.length) : answer;
      expect({ [field]: given }).toMatchObject({ [field]: wanted });
      const later = then?.(world, variables);
      if (later) expect(await api.ask(later.ask, later.with)).toMatchObject(later.gives as object);
    },
  );
});
