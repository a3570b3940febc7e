import type { OutputsRequest } from '../../protocol/messages';
import { RequestError } from '../errors';
import type { QueueContext } from './context';
import { requireUnderWay, type Attempted } from './pod-operations';
import { takesTurns } from './run-types';
import { stackTopic } from './wakeups';

/** Keeps the outputs that an attempt under way found; may be repeated. Sealed where the keys are, not beside the database. */
export async function keepOutputs(
  { store, now }: QueueContext,
  who: Attempted,
  request: OutputsRequest,
): Promise<void> {
  await store.transaction(async (tx) => {
    // The run is held, so that the attempt cannot end before.
    const run = await tx.runs.lock(who.runId);
    await requireUnderWay(tx, who, request.fence, run);
    if (!run || !takesTurns(run.type)) {
      throw new RequestError('malformed', `run ${who.runId} only plans: it has no outputs to tell of`);
    }
    const { outputs, isCut } = request;
    await tx.outputs.put(run.stackId, run.id, { outputs, isCut }, now());
    await tx.notify([stackTopic(run.stackId)]);
  });
}
