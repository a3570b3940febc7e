import type { RunRecord } from '../store/records';
import { builder, type RequestContext } from './builder';
import { Run } from './runs';
import { checkSearch, pageOf, pagesOf, type Search } from './search';

interface Schedulable {
  readonly run: RunRecord;
  readonly position: number;
}

const SchedulableRun = builder.objectRef<Schedulable>('SchedulableRun').implement({
  fields: (t) => ({
    stackId: t.id({ resolve: ({ run }) => run.stackId }),
    run: t.field({ type: Run, resolve: ({ run }) => run }),
    position: t.exposeInt('position', {
      description: 'In the queue of its pool, from 1: runs in progress first, then those whose turn it is.',
    }),
  }),
});

export const SchedulableRuns = pagesOf('SchedulableRuns', SchedulableRun, 'SchedulableRun');

/** Runs in progress and those that wait for nothing but a worker; of no pool there are none. */
export function schedulableRuns(input: Search, { admin }: RequestContext, poolId?: string) {
  checkSearch(input, 'searchSchedulableRuns', { orderedBy: 'position', directions: ['ASC'], byText: false });
  return pageOf(input, async (page) => {
    const runs = poolId === undefined ? [] : await admin.schedulableRuns(poolId, page);
    return runs.map((run, index): Schedulable => ({ run, position: page.offset + index + 1 }));
  });
}
