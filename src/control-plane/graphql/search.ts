import type { OutputRef } from '@pothos/core';
import { RequestError } from '../errors';
import { builder } from './builder';

/* How lists are searched and paged. */

const MOST_PER_PAGE = 100;
const USUAL_PER_PAGE = 50;

interface Page<T> {
  readonly nodes: readonly T[];
  /** How many come before it. */
  readonly offset: number;
  readonly hasNextPage: boolean;
}

export interface PageRequest {
  readonly offset: number;
  readonly limit: number;
}

const PageInfo = builder.objectRef<Page<unknown>>('PageInfo').implement({
  fields: (t) => ({
    endCursor: t.string({ resolve: ({ offset, nodes }) => (nodes.length > 0 ? cursorOf(offset + nodes.length) : '') }),
    hasNextPage: t.exposeBoolean('hasNextPage'),
    hasPreviousPage: t.boolean({ resolve: ({ offset }) => offset > 0 }),
  }),
});

const SortDirection = builder.enumType('SortDirection', { values: ['ASC', 'DESC'] as const });

const QueryOrder = builder.inputType('QueryOrder', {
  fields: (t) => ({
    field: t.string({ required: true }),
    direction: t.field({ type: SortDirection, required: true }),
  }),
});

const QueryFieldConstraint = builder.inputType('QueryFieldConstraint', {
  fields: (t) => ({
    booleanEquals: t.booleanList(),
    enumEquals: t.stringList(),
    stringMatches: t.stringList(),
  }),
});

const QueryPredicate = builder.inputType('QueryPredicate', {
  fields: (t) => ({
    field: t.string({ required: true }),
    constraint: t.field({ type: QueryFieldConstraint, required: true }),
    exclude: t.boolean(),
  }),
});

export const SearchInput = builder.inputType('SearchInput', {
  description: 'What a search does not know is refused, not passed over.',
  fields: (t) => ({
    first: t.int({ description: `${USUAL_PER_PAGE} unless said otherwise, ${MOST_PER_PAGE} at most.` }),
    after: t.string({ description: 'The endCursor of the page before.' }),
    fullTextSearch: t.string(),
    predicates: t.field({ type: [QueryPredicate] }),
    orderBy: t.field({ type: QueryOrder }),
  }),
});

export type Search = typeof SearchInput.$inferInput;

/** The type of the pages of a list. */
export function pagesOf<T>(name: string, node: OutputRef<T>, nodeName: string) {
  const Edge = builder.objectRef<{ readonly node: T }>(`${nodeName}Edge`).implement({
    fields: (t) => ({ node: t.field({ type: node, resolve: (edge) => edge.node as never }) }),
  });
  return builder.objectRef<Page<T>>(name).implement({
    fields: (t) => ({
      edges: t.field({ type: [Edge], resolve: ({ nodes }) => nodes.map((one) => ({ node: one })) }),
      pageInfo: t.field({ type: PageInfo, resolve: (page) => page }),
    }),
  });
}

/** How many of a whole list are wanted. @throws RequestError `malformed` */
export function mostOf(first: number | null | undefined): number | undefined {
  if (first === null || first === undefined) return undefined;
  if (first < 0) throw new RequestError('malformed', `first is ${first}: it must be a number from 0 up`);
  return first;
}

/** Asks for one more than the page has, to know whether there is another page. */
export async function pageOf<T>(
  { first, after }: Search,
  ask: (page: PageRequest) => readonly T[] | Promise<readonly T[]>,
): Promise<Page<T>> {
  const offset = after ? offsetOf(after) : 0;
  const size = Math.min(mostOf(first) ?? USUAL_PER_PAGE, MOST_PER_PAGE);
  const found = await ask({ offset, limit: size + 1 });
  return { nodes: found.slice(0, size), offset, hasNextPage: found.length > size };
}

/** What a search of a list can do. */
export interface Searchable {
  /** The field that it can be ordered by. */
  readonly orderedBy: string;
  readonly directions: readonly ('ASC' | 'DESC')[];
  readonly byText: boolean;
}

/** @throws RequestError `malformed` for what the list cannot be searched by */
export function checkSearch({ predicates, orderBy, fullTextSearch }: Search, list: string, can: Searchable): void {
  if (predicates && predicates.length > 0) {
    throw new RequestError('malformed', `${list} takes no predicates: leave them out`);
  }
  if (fullTextSearch && !can.byText)
    throw new RequestError('malformed', `${list} takes no fullTextSearch: leave it out`);
  if (orderBy && (orderBy.field !== can.orderedBy || !can.directions.includes(orderBy.direction))) {
    throw new RequestError('malformed', `${list} is ordered by ${can.orderedBy} ${can.directions.join(' or ')} only`);
  }
}

const cursorOf = (offset: number): string => Buffer.from(`after ${offset}`).toString('base64url');

function offsetOf(cursor: string): number {
  const [, offset] = /^after (\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (offset === undefined) throw new RequestError('malformed', 'after is not the endCursor of a page');
  return Number(offset);
}
