import type { Change } from './change';
import type { QueueContext } from './context';
import { change, operation } from './operation';

/**
 * Sends every worker of a pool away, drained or not: an idle one goes at once, a busy one gets nothing further and goes
 * when its run is over. Their owner sees it in their views and makes new ones.
 */
export function cycle(context: QueueContext, poolId: string): Promise<void> {
  return change(context, cycling, poolId);
}

const cycling = operation('cycle', async (made: Change, poolId: string) => {
  made.touch(poolId, ...(await made.tx.workers.retireAll(poolId, made.now)));
});
