import type { RunSearch } from '../store/run-search';
import { builder } from './builder';
import { Run } from './runs';
import { checkSearch, pageBehind, pagesOf, SearchInput, type Filter } from './search';

const Runs = pagesOf('Runs', Run, 'Run');

const COLUMNS = { stack: 'stackId', workerPool: 'poolId', state: 'state', type: 'type' } as const;

builder.queryField('searchRuns', (t) =>
  t.field({
    type: Runs,
    access: 'stack:read',
    description:
      'Newest first unless said otherwise. Predicates are stack and workerPool (ids), state, type and finished; a state or type that is unknown finds nothing.',
    args: { input: t.arg({ type: SearchInput, required: true }) },
    resolve: (_root, { input }, { admin }) => {
      const filters = checkSearch(input, 'searchRuns', {
        orderedBy: 'createdAt',
        directions: ['ASC', 'DESC'],
        byText: false,
        fields: { stack: 'text', workerPool: 'text', state: 'text', type: 'text', finished: 'flag' },
      });
      const search = { where: filters.map(conditionOf), oldestFirst: input.orderBy?.direction === 'ASC' };
      return pageBehind(
        input,
        (page) => admin.searchRuns({ ...search, ...page }),
        ({ position }) => position,
      );
    },
  }),
);

function conditionOf({ field, values, isExcluded }: Filter): RunSearch['where'][number] {
  if (field === 'finished') return { finished: values.map((value) => (value === true) !== isExcluded) };
  const column = COLUMNS[field as keyof typeof COLUMNS];
  return { column, values: values.map(String), isExcluded };
}
