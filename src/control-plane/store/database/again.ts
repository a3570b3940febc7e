import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseObserver } from './observer';
import { asUnavailable, CommitUnknownError, isBroken, isConflict } from './postgres-errors';

const TRIES = 6;
const FIRST_WAIT_MS = 20;

/** Tries again after a conflict, and after a connection that broke before the commit. */
export async function again<T>(attempt: () => Promise<T>, observer: Pick<DatabaseObserver, 'retried'>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      const retriable = isConflict(error) || (isBroken(error) && !(error instanceof CommitUnknownError));
      if (!retriable || tries === TRIES) throw asUnavailable(error);
      observer.retried();
      await sleep(FIRST_WAIT_MS * 2 ** tries * (0.5 + Math.random()));
    }
  }
}
