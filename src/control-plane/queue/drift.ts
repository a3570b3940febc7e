import { createHash } from 'node:crypto';
import { ulid } from 'ulid';
import type { DriftLook, StackSize } from '../store/drift';
import type { ChangeCounts } from '../store/plan-changes';
import type { DriftSchedule, PoolRecord, RunRecord, StackRecord } from '../store/records';
import type { Change } from './change';
import { nextTime } from './cron';
import { operation } from './operation';
import { enqueue } from './person-operations';
import { isTerminal } from './transitions';

/*
 * Drift is what a plan finds though nobody changed the source: a proposed run of the source that was applied last looks for
 * it, at the times of a schedule. Where that says so, a tracked run follows that takes it back.
 */

/** Schedules of many stacks name the same moment: each is this much later at most, always the same. */
export const DRIFT_JITTER_MS = 60_000;

export interface DriftFacts extends DriftLook {
  readonly stack: Pick<StackRecord, 'source'>;
  readonly pool: Pick<PoolRecord, 'name' | 'driftDetectionRunLimit'> | undefined;
  readonly ignoreState: boolean;
}

/** Why drift cannot be looked for now; undefined when it can. */
export function whyNotNow({ stack, pool, newest, looking, ignoreState }: DriftFacts): string | undefined {
  if (!pool) return 'its pool was deleted';
  if (pool.driftDetectionRunLimit === 0) return noDriftRuns(pool);
  if (stack.source === null) return 'it has no source';
  if (looking !== undefined) return `run ${looking} looks for drift already`;
  if (!newest) return 'nothing was applied yet';
  if (!isTerminal(newest.state)) return `run ${newest.id} is ${newest.state}`;
  if (newest.type === 'DESTROY' && newest.state === 'FINISHED') return `run ${newest.id} has destroyed everything`;
  if (ignoreState) return undefined;
  if (newest.state !== 'FINISHED') return `its newest run ${newest.id} is ${newest.state}`;
  if (newest.source !== stack.source) return `its source was changed after run ${newest.id}, and not applied yet`;
  return undefined;
}

export const noDriftRuns = ({ name }: Pick<PoolRecord, 'name'>): string =>
  `pool ${name} takes no runs that look for drift (its drift detection run limit is 0)`;

/** When a schedule comes next. @param after the moment that it came last, or the present one */
export function nextAt({ stackId, ...times }: Pick<DriftSchedule, 'stackId' | 'schedule' | 'timezone'>, after: number) {
  const jitter = createHash('sha256').update(stackId).digest().readUInt32BE() % DRIFT_JITTER_MS;
  // What is never again comes in the year 275760.
  return (nextTime(times, after) ?? 8_640_000_000_000_000 - DRIFT_JITTER_MS) + jitter;
}

/** Looks for drift of a stack whose time has come, or notes why not; what was missed meanwhile is not made up for. */
export const fireDrift = operation('drift', async (made: Change, { stackId, id }: { stackId: string; id: string }) => {
  const { tx, now } = made;
  const stack = await tx.stacks.lock(stackId);
  const schedule = await tx.drift.find(stackId);
  // Another process was faster, or a person has changed it.
  if (!schedule || schedule.nextAt > now) return;
  if (!stack) {
    await tx.drift.delete(stackId);
    return;
  }
  const pool = await tx.pools.find(stack.poolId);
  const { ignoreState } = schedule;
  const skipped = whyNotNow({ stack, pool, ignoreState, ...(await tx.drift.look(stackId)) }) ?? '';
  await tx.drift.setNext(stackId, nextAt(schedule, now), skipped);
  made.stackChanged(stackId);
  if (skipped !== '') made.say('info', { stack: stackId, why: skipped }, 'drift is not looked for this time');
  else await enqueue(made, { id, stack, type: 'PROPOSED', config: { driftDetection: true } });
});

/** A run that looked for drift, or one that applied, has had success. */
export async function noteSuccess(made: Change, run: RunRecord): Promise<void> {
  const { tx, now } = made;
  if (run.type === 'TASK') return;
  if (run.type === 'PROPOSED' && !run.driftDetection) return;
  const counts = (await tx.planChanges.counts([run.id])).get(run.id);
  if (run.type !== 'PROPOSED') {
    if (!counts && run.stackDriftedSince === null) return;
    await tx.drift.reconciled(run.stackId, counts && { resourceCount: counts.resources, driftedCount: 0 });
    if (run.stackDriftedSince !== null) made.stackChanged(run.stackId);
    return;
  }
  const hasDrifted = run.hasChanges === true;
  await tx.stacks.hold(run.stackId);
  await tx.drift.found(run.stackId, hasDrifted, now, counts && sizeFound(counts, hasDrifted));
  made.stackChanged(run.stackId);
  const schedule = hasDrifted ? await tx.drift.find(run.stackId) : undefined;
  // Whatever is under way plans anew and finds the drift as well.
  if (!schedule?.reconcile || (await tx.runs.firstOfStack(run.stackId))) return;
  const stack = { id: run.stackId, name: run.stackName };
  await enqueue(made, { id: ulid(now), stack, type: 'TRACKED', config: { driftDetection: true } });
}

/** Nothing else than drift is in such a plan, since its source is what was applied. */
function sizeFound(
  { create, update, delete: deleted, replace, resources }: ChangeCounts,
  hasDrifted: boolean,
): StackSize {
  const changed = hasDrifted ? create + update + deleted + replace : 0;
  return { resourceCount: resources, driftedCount: Math.min(changed, resources) };
}
