import { SESSION_LEASE_MS } from '../../protocol/leases';
import type { RunRecord } from '../store/records';
import type { QueueContext } from './context';
import { holding } from './next-run';
import { holdsBack, RESTORED_HOLD_MS } from './restored';
import { isTerminal } from './transitions';

/** What a run waits for, as the end of "waits for ..."; null when it does not wait, or not for anything that is known. */
export async function waitsFor(context: QueueContext, run: RunRecord): Promise<string | null> {
  if (run.state === 'UNCONFIRMED') return 'somebody to confirm or discard it';
  if (!isTerminal(run.state) && run.stopReason !== null) return STOPPING;
  if (run.state !== 'QUEUED' && run.state !== 'CONFIRMED') return null;
  const before = await holding(context.store.read, run);
  if (!before) return aWorker(context, run.poolId);
  if (!isTerminal(before.state)) return `run ${before.id} of the same stack, which is ${before.state}`;
  return `the Pod of run ${before.id} of the same stack, which may still be at work: once you know that it is gone, stop that run`;
}

const STOPPING =
  'its Pod to stop, as it was asked to: the log says so when that takes long, and the Pod is then ended from outside';

async function aWorker({ store }: QueueContext, poolId: string): Promise<string> {
  const { pools, workers, leaseClock } = store.read;
  const name = (await pools.find(poolId))?.name ?? poolId;
  const clock = await leaseClock.look();
  if (holdsBack(clock))
    return `${RESTORED_HOLD_MS / 1000} seconds to pass since a backup was restored, in which the control plane hears which runs go on`;
  const { registered, ready } = await workers.count(poolId, clock.reading - SESSION_LEASE_MS);
  if (registered === 0)
    return `a worker: pool ${name} has none registered (is its WorkerPool in a cluster, and scaled above 0?)`;
  if (ready === 0)
    return `a worker: nothing is heard of the controller of pool ${name}, or all its workers are drained`;
  return `a worker: ${ready === 1 ? 'the one' : `all ${ready}`} of pool ${name} ${ready === 1 ? 'is' : 'are'} busy`;
}
