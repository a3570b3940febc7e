import type { Logger } from 'pino';
import { monotonicFactory } from 'ulid';
import type { Store } from '../store';
import { assignRuns } from './assign';
import type { QueueContext, QueueSettings } from './context';
import { Leases } from './leases';
import { Wakeups } from './wakeups';

export function queueContext(store: Store, settings: QueueSettings, logger: Logger, now: () => number): QueueContext {
  const ulid = monotonicFactory();
  const context: QueueContext = {
    store,
    leases: new Leases(now),
    wakeups: new Wakeups(),
    settings,
    logger,
    now,
    newId: () => ulid(now()),
    assignRuns: (poolId) => assignRuns(context, poolId),
  };
  return context;
}
