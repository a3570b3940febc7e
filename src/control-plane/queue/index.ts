import type { Logger } from 'pino';
import { monotonicFactory } from 'ulid';
import type { Store } from '../store';
import { assignRuns } from './assign';
import type { QueueContext, QueueSettings } from './context';
import { Wakeups } from './wakeups';

export function queueContext(
  store: Store,
  settings: QueueSettings,
  logger: Logger,
  now: () => number,
  letGo: QueueContext['letGo'] = () => undefined,
  runAssigned: QueueContext['runAssigned'] = () => undefined,
): QueueContext {
  const ulid = monotonicFactory();
  const wakeups = new Wakeups((error, topic) => logger.error({ err: error, topic }, 'a change could not be told'));
  store.listen(
    (topic) => wakeups.notify(topic),
    () => wakeups.notifyAll(),
  );
  const context: QueueContext = {
    store,
    wakeups,
    settings,
    logger,
    now,
    newId: () => ulid(now()),
    letGo: (blob) => {
      try {
        letGo(blob);
      } catch (error) {
        logger.error({ err: error, ...blob }, 'a blob could not be let go; a sweep of the blobs finds it');
      }
    },
    runAssigned,
    assignRuns: async (poolId) => {
      try {
        await assignRuns(context, poolId);
      } catch (error) {
        logger.error({ err: error, pool: poolId }, 'runs could not be given out; the next sweep tries again');
      }
    },
  };
  return context;
}
