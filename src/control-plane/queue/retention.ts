import type { QueueContext } from './context';

/** How often what is too old is looked for. */
export const RETENTION_MS = 10 * 60_000;

/** Runs that one transaction deletes, so that nobody waits for it. */
const BATCH = 100;

const DAY_MS = 24 * 60 * 60_000;

interface Gone {
  readonly runs: number;
  readonly logs: number;
  readonly auditEntries: number;
}

/** Deletes what was kept long enough. @returns how much of what is gone */
export async function retain(context: QueueContext): Promise<Gone> {
  const { store, settings, now, logger, observer } = context;
  const { runDays, runsPerStack, logDays } = settings.retention;
  const logs = await inBatches(logDays, () =>
    store.transaction((tx) => tx.logs.deleteOfRunsEndedBefore(now() - logDays * DAY_MS, BATCH)),
  );
  const ended = now() - runDays * DAY_MS;
  const runs = await inBatches(runDays, () =>
    store.transaction((tx) => tx.history.deleteRuns(ended, runsPerStack, BATCH)),
  );
  const gone = { runs, logs, auditEntries: await retainAuditTrail(context) };
  observer.removed('runs', gone.runs);
  observer.removed('logs', gone.logs);
  observer.removed('audit_entries', gone.auditEntries);
  if (runs + logs + gone.auditEntries > 0) logger.info(gone, 'what was kept long enough is gone');
  return gone;
}

/** Refusals are counted by themselves: whoever is refused again and again drives no change out. */
async function retainAuditTrail({ store, settings, now }: QueueContext): Promise<number> {
  const { auditDays, auditEntries } = settings.retention;
  const before = now() - auditDays * DAY_MS;
  let gone = await inBatches(auditDays, () => store.transaction((tx) => tx.auditTrail.deleteBefore(before, BATCH)));
  for (const outcome of ['done', 'refused'] as const) {
    const last = auditEntries > 0 ? await store.read.auditTrail.newestBeyond(auditEntries, outcome) : undefined;
    gone += await inBatches(last, (position) =>
      store.transaction((tx) => tx.auditTrail.deleteUpTo(position, outcome, BATCH)),
    );
  }
  return gone;
}

/** @param bound of what is to go; nothing goes where it is 0 or undefined */
async function inBatches(bound: number | undefined, deleteSome: (bound: number) => Promise<number>): Promise<number> {
  if (!bound) return 0;
  let all = 0;
  for (let some = BATCH; some === BATCH; all += some) some = await deleteSome(bound);
  return all;
}
