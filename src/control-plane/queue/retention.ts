import type { QueueContext } from './context';

/** How often what is too old is looked for. */
export const RETENTION_MS = 10 * 60_000;

/** Runs that one transaction deletes, so that nobody waits for it. */
const BATCH = 100;

const DAY_MS = 24 * 60 * 60_000;

/** Deletes what is older than it is kept. @returns how many runs and logs are gone */
export async function retain({
  store,
  settings,
  now,
  logger,
  observer,
}: QueueContext): Promise<{ runs: number; logs: number }> {
  const { runDays, runsPerStack, logDays } = settings.retention;
  const gone = { runs: 0, logs: 0 };
  const before = (days: number) => now() - days * DAY_MS;
  if (logDays > 0) {
    gone.logs = await inBatches(() =>
      store.transaction((tx) => tx.logs.deleteOfRunsEndedBefore(before(logDays), BATCH)),
    );
  }
  if (runDays > 0) {
    const ended = before(runDays);
    gone.runs = await inBatches(() => store.transaction((tx) => tx.history.deleteRuns(ended, runsPerStack, BATCH)));
  }
  observer.removed('runs', gone.runs);
  observer.removed('logs', gone.logs);
  if (gone.runs + gone.logs > 0) logger.info(gone, 'runs and logs that were kept long enough are gone');
  return gone;
}

async function inBatches(deleteSome: () => Promise<number>): Promise<number> {
  let all = 0;
  for (let some = BATCH; some === BATCH; all += some) some = await deleteSome();
  return all;
}
