import { audited } from '../audit/audited';
import type { Change } from './change';
import type { PersonContext } from './context';
import { changeByPerson, personOperation } from './operation';

/**
 * Sends every worker of a pool away, drained or not: an idle one goes at once, a busy one gets nothing further and goes
 * when its run is over. Their owner sees it in their views and makes new ones.
 */
export function cycle(context: PersonContext, pool: CycledPool): Promise<void> {
  return changeByPerson(context, cycling, pool);
}

interface CycledPool {
  readonly id: string;
  readonly name: string;
}

const cycling = personOperation('worker-pool.cycle', async (made: Change, { id, name }: CycledPool) => {
  const workers = await made.tx.workers.retireAll(id, made.now);
  made.touch(id, ...workers);
  return audited(undefined, { object: { id, name }, changes: { replacedWorkers: { to: workers.length } } });
});
