import { RequestError } from '../errors';
import { LIMIT } from '../limits';

/** How much of the queue a pool would take; what is left out stays as it is. */
export interface PoolSize {
  readonly sessions?: number;
  /** Registered ones. */
  readonly workers?: number;
  /** With those that are removed or forgotten, and known for a while yet. */
  readonly knownWorkers?: number;
}

/** @throws RequestError `too-many-requests` when that is more than a pool may have */
export function requireWithinCaps({ sessions = 0, workers = 0, knownWorkers = 0 }: PoolSize): void {
  if (sessions > LIMIT.poolSessions) {
    throw tooMany(`${LIMIT.poolSessions} sessions`, 'let fewer WorkerPools use its token', 600);
  }
  if (workers > LIMIT.poolWorkers) {
    throw tooMany(`${LIMIT.poolWorkers} workers`, 'make its WorkerPools smaller, or divide them among pools', 60);
  }
  if (knownWorkers > LIMIT.poolKnownWorkers) {
    const what = `${LIMIT.poolKnownWorkers} workers, those among them that are gone`;
    throw tooMany(what, 'let workers live longer', 600);
  }
}

function tooMany(what: string, toDo: string, seconds: number): RequestError {
  return new RequestError(
    'too-many-requests',
    `a pool may have ${what}, and this one would have more: ${toDo}`,
    seconds,
  );
}
