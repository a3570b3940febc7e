import type { CommitRequest } from '../../protocol/messages';
import { RequestError } from '../errors';
import { isGitSource } from '../store/source-names';
import type { QueueContext } from './context';
import { requireUnderWay, type Attempted } from './pod-operations';
import { runTopic, stackTopic } from './wakeups';

/** Keeps the commit that the attempt under way has fetched; may be repeated. The first one counts. */
export async function keepCommit({ store }: QueueContext, who: Attempted, request: CommitRequest): Promise<void> {
  await store.transaction(async (tx) => {
    // The run is held, so that the attempt cannot end before.
    const run = await tx.runs.lock(who.runId);
    await requireUnderWay(tx, who, request.fence, run);
    if (!run || !isGitSource(run.source)) {
      throw new RequestError('malformed', `the source of run ${who.runId} was uploaded: there is no commit to tell of`);
    }
    const { hash } = request.commit;
    if (run.gitCommit !== null && run.gitCommit.hash !== hash) {
      throw new RequestError('malformed', `run ${run.id} is of commit ${run.gitCommit.hash}, and not of ${hash}`);
    }
    await tx.runs.setGitCommit(run.id, request.commit);
    await tx.notify([runTopic(run.id), stackTopic(run.stackId)]);
  });
}
