import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { makeKey } from '../support/credentials';
import { describeOnEachDatabase } from '../support/databases';
import { TestQueue } from '../support/queue';
import { TestApi, type Json } from './support/api';

interface Found {
  readonly edges: readonly { readonly node: { readonly name: string; readonly id: string } }[];
  readonly pageInfo: { readonly endCursor: string; readonly hasNextPage: boolean; readonly hasPreviousPage: boolean };
}

describeOnEachDatabase('searches', (database) => {
  let queue: TestQueue;
  let api: TestApi;

  beforeEach(async () => {
    queue = await TestQueue.ready(undefined, await database());
    api = new TestApi(queue);
  });

  afterEach(() => queue.close());

  const search = async (list: string, fields: string, input: Json): Promise<Found> => {
    const document = `query($input: SearchInput!) { ${list}(input: $input) {
      edges { node { ${fields} } } pageInfo { endCursor hasNextPage hasPreviousPage } } }`;
    return (await api.ask(document, { input }))[list] as Found;
  };
  const where = (field: string, constraint: Json, exclude?: boolean) => ({
    predicates: [{ field, constraint, exclude: exclude ?? null }],
  });

  describe('of runs', () => {
    let ids: string[];

    beforeEach(async () => {
      await queue.addStack('other');
      ids = [await queue.trigger('stack', 'PROPOSED'), await queue.trigger('other'), await queue.trigger('stack')];
      await queue.admin.stop(ids[2]!);
    });

    const runs = (input: Json) => search('searchRuns', 'id', input);
    /** Their numbers, in the order in which they were triggered. */
    const numbers = ({ edges }: Found) => edges.map(({ node }) => ids.indexOf(node.id) + 1);

    const oldest = { orderBy: { field: 'createdAt', direction: 'ASC' } };
    test.each<[string, Json, number[]]>([
      ['all, newest first', {}, [3, 2, 1]],
      ['all, oldest first', oldest, [1, 2, 3]],
      [
        'all, where everything else is null',
        { after: null, fullTextSearch: null, predicates: null, orderBy: null },
        [3, 2, 1],
      ],
      ['those of a kind', where('type', { enumEquals: ['PROPOSED'] }), [1]],
      ['those in a state', where('state', { enumEquals: ['QUEUED', 'PLANNING'] }), [2, 1]],
      ['those in no such state', where('state', { enumEquals: ['QUEUED'] }, true), [3]],
      ['none in a state that is unknown', where('state', { enumEquals: ['EXPLODED'] }), []],
      ['none of no state', where('state', { enumEquals: [] }), []],
      ['those that have ended', where('finished', { booleanEquals: [true] }), [3]],
      ['those that have not', where('finished', { booleanEquals: [true] }, true), [2, 1]],
      ['none of a stack that is none', where('stack', { stringMatches: ["../x' OR 1=1"] }), []],
    ])('finds %s', async (_, input, expected) => {
      expect(numbers(await runs(input))).toEqual(expected);
    });

    test('finds those of a stack, or a pool', async () => {
      const { id } = (await queue.admin.stack('stack'))!;
      expect(numbers(await runs(where('stack', { stringMatches: [id] })))).toEqual([3, 1]);
      expect(numbers(await runs(where('workerPool', { stringMatches: [queue.pool.id] })))).toEqual([3, 2, 1]);
    });

    test.each<[string, Json, number[]]>([
      ['newest first', {}, [3, 2, 1]],
      ['oldest first', oldest, [1, 2, 3]],
    ])('comes in pages that new runs do not shift, %s', async (_, order, expected) => {
      const first = await runs({ first: 2, ...order });
      expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
      if (expected[0] === 3) await queue.trigger();
      const rest = await runs({ first: 2, after: first.pageInfo.endCursor, ...order });
      expect([...numbers(first), ...numbers(rest)]).toEqual(expected);
      expect(rest.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    });

    test('a stack gives its own, page by page, and no other', async () => {
      const document = `query($before: ID, $run: ID!) { stack(id: "stack") { runs(first: 1, before: $before) { id } run(id: $run) { id } } }`;
      const [first, second, third] = ids as [string, string, string];
      expect(await api.ask(document, { run: first })).toEqual({ stack: { runs: [{ id: third }], run: { id: first } } });
      expect(await api.ask(document, { before: third, run: second })).toEqual({
        stack: { runs: [{ id: first }], run: null },
      });
      await expect(api.ask(document, { before: 'nothing', run: first })).rejects.toThrow('run nothing not found');
    });
  });

  describe('of stacks', () => {
    beforeEach(async () => {
      const { csr: certificateSigningRequest } = await makeKey();
      const { id } = await queue.admin.createPool({ name: 'elsewhere', certificateSigningRequest });
      await queue.admin.createStack({ name: 'network', pool: id, tool: 'TERRAFORM' });
      await queue.addStack('app');
    });

    const stacks = async (input: Json) =>
      (await search('searchStacks', 'name', input)).edges.map(({ node }) => node.name);

    test.each<[string, Json, string[]]>([
      ['all, by name', {}, ['app', 'network', 'stack']],
      ['all, from the end', { orderBy: { field: 'name', direction: 'DESC' } }, ['stack', 'network', 'app']],
      ['a part of a name', { fullTextSearch: ' NET ' }, ['network']],
      ['those with a name', where('name', { stringMatches: ['app', 'nothing'] }), ['app']],
      ['those of a tool', where('tool', { enumEquals: ['TERRAFORM'] }), ['network']],
      ['those of no such tool', where('tool', { enumEquals: ['TERRAFORM'] }, true), ['app', 'stack']],
    ])('finds %s', async (_, input, names) => {
      expect(await stacks(input)).toEqual(names);
    });

    test('finds those that a pool runs, in pages', async () => {
      const ofPool = where('workerPool', { stringMatches: [queue.pool.id] });
      expect(await stacks(ofPool)).toEqual(['app', 'stack']);
      const { edges, pageInfo } = await search('searchStacks', 'name', { ...ofPool, first: 1 });
      expect(edges).toEqual([{ node: { name: 'app' } }]);
      expect(await stacks({ ...ofPool, first: 1, after: pageInfo.endCursor })).toEqual(['stack']);
    });
  });

  test('of pools finds those with a label, or in a space', async () => {
    const { csr: certificateSigningRequest } = await makeKey();
    await queue.admin.createPool({ name: 'a', certificateSigningRequest, labels: ['x', 'y'], space: 'network' });
    const pools = async (input: Json) =>
      (await search('searchWorkerPools', 'name', input)).edges.map(({ node }) => node.name);
    expect(await pools(where('label', { stringMatches: ['y'] }))).toEqual(['a']);
    expect(await pools(where('label', { stringMatches: ['y'] }, true))).toEqual(['pool']);
    expect(await pools(where('space', { stringMatches: ['legacy'] }))).toEqual(['pool']);
  });

  const many = Array.from({ length: 101 }, (_, n) => `${n}`);
  test.each<[string, string, Json, string]>([
    [
      'searchRuns',
      'a predicate that it has not',
      where('toString', {}),
      'searchRuns has no predicate "toString": it has stack, workerPool, state, type, finished',
    ],
    [
      'searchRuns',
      'a flag by text',
      where('finished', { stringMatches: ['true'] }),
      'the predicate finished needs booleanEquals',
    ],
    [
      'searchStacks',
      'a text by flag',
      where('name', { booleanEquals: [true] }),
      'the predicate name needs stringMatches or enumEquals',
    ],
    ['searchStacks', 'too many values', where('name', { stringMatches: many }), 'may have 100 values, and has 101'],
    ['searchRuns', 'a text', { fullTextSearch: 'x' }, 'searchRuns takes no fullTextSearch'],
    [
      'searchStacks',
      'another order',
      { orderBy: { field: 'createdAt', direction: 'ASC' } },
      'is ordered by name ASC or DESC only',
    ],
    ['searchRuns', 'fewer than none', { first: -1 }, 'first is -1: it must be a number from 0 up'],
    ['searchRuns', 'a cursor of its own making', { after: 'x' }, 'after is not the endCursor of a page'],
  ])('%s refuses %s', async (list, _, input, sentence) => {
    await expect(search(list, 'id', input)).rejects.toThrow(sentence);
  });
});
