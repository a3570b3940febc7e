import type { Logger } from 'pino';
import { monotonicFactory } from 'ulid';
import type { Clock } from '../../time';
import type { Store } from '../store';
import { UNTRACED } from '../tracing';
import { assignRuns, NOT_GIVEN_OUT } from './assign-runs';
import type { QueueContext, QueueObserver, QueueSettings } from './context';
import { Wakeups } from './wakeups';

const UNOBSERVED: QueueObserver = {
  happened: () => undefined,
  viewsSent: () => undefined,
  removed: () => undefined,
};

/** Without what else an object of them may have: they are sent to where the database is. */
function alone(settings: QueueSettings): QueueSettings {
  const { launcherImage, defaultRunnerImage, defaultAnsibleRunnerImage, startDeadlineMs, retention } = settings;
  return { launcherImage, defaultRunnerImage, defaultAnsibleRunnerImage, startDeadlineMs, retention };
}

/** What follows a commit cannot fail what was committed. */
function guarded(observer: QueueObserver, logger: Logger): QueueObserver {
  const told = (tell: () => void): void => {
    try {
      tell();
    } catch (error) {
      logger.error({ err: error }, 'what happened could not be counted');
    }
  };
  return {
    happened: (moment) => told(() => observer.happened(moment)),
    viewsSent: (views) => told(() => observer.viewsSent(views)),
    removed: (what, count) => told(() => observer.removed(what, count)),
  };
}

export function queueContext(
  store: Store,
  settings: QueueSettings,
  logger: Logger,
  clock: Clock,
  letGo: QueueContext['letGo'] = () => undefined,
  observer = UNOBSERVED,
  tracing: QueueContext['tracing'] = UNTRACED,
): QueueContext {
  const ulid = monotonicFactory();
  const now = () => clock.now();
  const wakeups = new Wakeups(clock, (error, topic) =>
    logger.error({ err: error, topic }, 'a change could not be told'),
  );
  store.listen(
    (topic) => wakeups.notify(topic),
    () => wakeups.notifyAll(),
  );
  const context: QueueContext = {
    store,
    wakeups,
    settings: alone(settings),
    logger,
    clock,
    now,
    newId: () => ulid(now()),
    letGo: (blob) => {
      try {
        letGo(blob);
      } catch (error) {
        logger.error({ err: error, ...blob }, 'a blob could not be let go; a sweep of the blobs finds it');
      }
    },
    observer: guarded(observer, logger),
    tracing,
    assignRuns: async (poolId) => {
      try {
        await assignRuns(context, poolId);
      } catch (error) {
        logger.error({ err: error, pool: poolId }, NOT_GIVEN_OUT);
      }
    },
  };
  return context;
}
