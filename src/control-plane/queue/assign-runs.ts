import { giveOut } from './assign';
import { BATCH } from './change';
import type { QueueContext } from './context';
import { change, operation } from './operation';

/** Said where that fails. */
export const NOT_GIVEN_OUT = 'runs could not be given out; the next sweep tries again';

/** Gives out what may run in a pool, in as many transactions as it takes. */
export async function assignRuns(context: QueueContext, poolId: string): Promise<void> {
  const { looks } = context.store.read;
  let given: number;
  do {
    const { runs, workers } = await looks.assignable(poolId, BATCH);
    given = Math.min(runs, workers) === 0 ? 0 : await change(context, assigning, poolId);
  } while (given === BATCH);
}

const assigning = operation('assign', giveOut);
