import type { ChangesRequest } from '../../protocol/messages';
import { RequestError } from '../errors';
import type { QueueContext } from './context';
import { requireUnderWay, type Attempted } from './pod-operations';

/** Keeps what the plan of an attempt under way changes; may be repeated. Sealed where the keys are, not beside the database. */
export async function keepChanges({ store }: QueueContext, who: Attempted, request: ChangesRequest): Promise<void> {
  await store.transaction(async (tx) => {
    // The run is held, so that the attempt cannot end before.
    const run = await tx.runs.lock(who.runId);
    const { stage } = await requireUnderWay(tx, who, request.fence, run);
    if (stage !== 'preparing')
      throw new RequestError('malformed', `run ${who.runId} is applied: there is no plan to tell of`);
    await tx.planChanges.put(who.runId, request.changes);
  });
}
