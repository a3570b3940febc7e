import type { RunRecord } from '../store/records';
import type { QueueContext } from './context';
import { holding } from './next-run';

/** What a run waits for, as the end of "waits for ..."; null when it does not wait, or not for anything that is known. */
export function waitsFor(context: QueueContext, run: RunRecord): string | null {
  if (run.state === 'UNCONFIRMED') return 'somebody to confirm or discard it';
  if (run.state !== 'QUEUED' && run.state !== 'CONFIRMED') return null;
  const before = holding(context.store, run);
  return before ? `run ${before.id} of the same stack, which is ${before.state}` : aWorker(context, run.poolId);
}

function aWorker({ store, leases }: QueueContext, poolId: string): string {
  const name = store.pools.find(poolId)?.name ?? poolId;
  const live = leases.liveSessions(poolId);
  const { registered, ready } = store.workers.count(poolId, live);
  if (registered === 0)
    return `a worker: pool ${name} has none registered (is its WorkerPool in a cluster, and scaled above 0?)`;
  if (ready === 0)
    return `a worker: nothing is heard of the controller of pool ${name}, or all its workers are drained`;
  return `a worker: ${ready === 1 ? 'the one' : `all ${ready}`} of pool ${name} ${ready === 1 ? 'is' : 'are'} busy`;
}
