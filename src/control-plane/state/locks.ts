import { RequestError } from '../errors';
import type { Tables } from '../store';
import type { StateLock } from '../store/records';

/** The lock of a stack's state, unless the attempt that took it has ended: such a lock holds nobody up. */
export async function livingLock(tables: Tables, stackId: string): Promise<StateLock | undefined> {
  const lock = await tables.states.lockOf(stackId);
  return lock && (await isLiving(tables, lock)) ? lock : undefined;
}

export async function isLiving({ assignments }: Tables, { runId, attempt }: StateLock): Promise<boolean> {
  return (await assignments.find(runId, attempt))?.endedAt === null;
}

export function lockedByAnother({ runId, lockId, createdAt }: StateLock): RequestError {
  const since = new Date(createdAt).toISOString();
  return new RequestError('conflict', `the state is locked by run ${runId} since ${since} (lock ${lockId})`);
}
