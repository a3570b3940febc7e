import type { OutputRef } from '@pothos/core';
import { RequestError } from '../errors';
import { builder } from './builder';

/* How lists are searched and paged. */

const MOST_PER_PAGE = 100;
const USUAL_PER_PAGE = 50;
/** Of a predicate. */
const MOST_VALUES = 100;

interface Page<T> {
  readonly nodes: readonly T[];
  /** Where the next one begins; undefined of an empty page. */
  readonly end: number | undefined;
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

export interface PageRequest {
  readonly offset: number;
  readonly limit: number;
}

const PageInfo = builder.objectRef<Page<unknown>>('PageInfo').implement({
  fields: (t) => ({
    endCursor: t.string({ resolve: ({ end }) => (end === undefined ? '' : cursorOf(end)) }),
    hasNextPage: t.exposeBoolean('hasNextPage'),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage'),
  }),
});

const SortDirection = builder.enumType('SortDirection', { values: ['ASC', 'DESC'] as const });

const QueryOrder = builder.inputType('QueryOrder', {
  fields: (t) => ({
    field: t.string({ required: true }),
    direction: t.field({ type: SortDirection, required: true }),
  }),
});

const TimeRange = builder.inputType('TimeRange', {
  fields: (t) => ({
    start: t.int({ description: 'Unix seconds; from the beginning unless said otherwise.' }),
    end: t.int({ description: 'Unix seconds, not in it; up to now unless said otherwise.' }),
  }),
});

const QueryFieldConstraint = builder.inputType('QueryFieldConstraint', {
  fields: (t) => ({
    booleanEquals: t.booleanList(),
    enumEquals: t.stringList(),
    stringMatches: t.stringList(),
    timeInRange: t.field({ type: TimeRange }),
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

/** A page of what has numbers: it begins behind one of them. */
export async function pageBehind<T>(
  { first, after }: Search,
  ask: (page: { readonly after: number | undefined; readonly limit: number }) => Promise<readonly T[]>,
  numberOf: (node: T, index: number) => number,
): Promise<Page<T>> {
  const begin = after ? placeOf(after) : undefined;
  const size = Math.min(mostOf(first) ?? USUAL_PER_PAGE, MOST_PER_PAGE);
  // One more than it has, to know whether there is another page.
  const found = await ask({ after: begin, limit: size + 1 });
  const nodes = found.slice(0, size);
  const last = nodes.at(-1);
  return {
    nodes,
    end: last && numberOf(last, nodes.length - 1),
    hasNextPage: found.length > size,
    hasPreviousPage: begin !== undefined && begin > 0,
  };
}

/** A page of what is counted from the beginning of the list. */
export function pageOf<T>(
  input: Search,
  ask: (page: PageRequest) => readonly T[] | Promise<readonly T[]>,
): Promise<Page<T>> {
  const offset = input.after ? placeOf(input.after) : 0;
  return pageBehind(
    input,
    async ({ limit }) => ask({ offset, limit }),
    (_, index) => offset + index + 1,
  );
}

/** What a search of a list can do. */
export interface Searchable {
  /** The field that it can be ordered by. */
  readonly orderedBy: string;
  readonly directions: readonly ('ASC' | 'DESC')[];
  readonly byText: boolean;
  /** What predicates may name. @default - none */
  readonly fields?: Readonly<Record<string, 'text' | 'flag' | 'time'>>;
}

/** What a predicate wants. */
export interface Filter {
  readonly field: string;
  readonly values: readonly (string | boolean)[];
  /** Of a time, in milliseconds since the epoch; the end is not in it. */
  readonly range?: { readonly from: number | undefined; readonly to: number | undefined };
  readonly isExcluded: boolean;
}

/** The filters of a search. @throws RequestError `malformed` for what the list cannot be searched by */
export function checkSearch({ predicates, orderBy, fullTextSearch }: Search, list: string, can: Searchable): Filter[] {
  const filters = (predicates ?? []).map((predicate) => filterOf(predicate, list, can.fields ?? {}));
  if (fullTextSearch && !can.byText)
    throw new RequestError('malformed', `${list} takes no fullTextSearch: leave it out`);
  if (orderBy && (orderBy.field !== can.orderedBy || !can.directions.includes(orderBy.direction))) {
    throw new RequestError('malformed', `${list} is ordered by ${can.orderedBy} ${can.directions.join(' or ')} only`);
  }
  return filters;
}

function filterOf(
  { field, constraint, exclude }: NonNullable<Search['predicates']>[number],
  list: string,
  fields: NonNullable<Searchable['fields']>,
): Filter {
  const names = Object.keys(fields);
  if (names.length === 0) throw new RequestError('malformed', `${list} takes no predicates: leave them out`);
  const kind = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (!kind) {
    throw new RequestError(
      'malformed',
      `${list} has no predicate ${JSON.stringify(field)}: it has ${names.join(', ')}`,
    );
  }
  if (kind === 'time') return timeFilter(field, constraint.timeInRange, exclude, list);
  const { booleanEquals, enumEquals, stringMatches } = constraint;
  const values = kind === 'flag' ? booleanEquals : (stringMatches ?? enumEquals);
  if (!values) {
    const wanted = kind === 'flag' ? 'booleanEquals' : 'stringMatches or enumEquals';
    throw new RequestError('malformed', `${list}: the predicate ${field} needs ${wanted}`);
  }
  if (values.length > MOST_VALUES) {
    throw new RequestError(
      'malformed',
      `${list}: the predicate ${field} may have ${MOST_VALUES} values, and has ${values.length}`,
    );
  }
  return { field, values, isExcluded: exclude ?? false };
}

function timeFilter(
  field: string,
  range: typeof TimeRange.$inferInput | null | undefined,
  exclude: boolean | null | undefined,
  list: string,
): Filter {
  if (!range) throw new RequestError('malformed', `${list}: the predicate ${field} needs timeInRange`);
  if (exclude) throw new RequestError('malformed', `${list}: the predicate ${field} cannot exclude`);
  const { start, end } = range;
  const at = (seconds: number | null | undefined) => (typeof seconds === 'number' ? seconds * 1000 : undefined);
  return { field, values: [], range: { from: at(start), to: at(end) }, isExcluded: false };
}

/** Whether all filters let something pass, whose fields have these values. */
export function passes(
  filters: readonly Filter[],
  valuesOf: (field: string) => readonly (string | boolean)[],
): boolean {
  return filters.every(
    ({ field, values, isExcluded }) => valuesOf(field).some((value) => values.includes(value)) !== isExcluded,
  );
}

const cursorOf = (place: number): string => Buffer.from(`after ${place}`).toString('base64url');

function placeOf(cursor: string): number {
  const [, place] = /^after (\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (place === undefined) throw new RequestError('malformed', 'after is not the endCursor of a page');
  return Number(place);
}
