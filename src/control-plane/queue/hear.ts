import { SESSION_LEASE_MS } from '../../protocol/leases';
import type { Speaker } from '../../protocol/messages';
import { RequestError } from '../errors';
import type { SessionLook } from '../store/looks';
import type { SessionRow } from '../store/schema';
import { requireWithinCaps } from './caps';
import type { Change } from './change';
import type { QueueContext } from './context';
import { change, operation } from './operation';

/**
 * Takes a session's word as a sign of life.
 * @throws RequestError `superseded` when it is that of a former leader, `too-many-requests` when the pool has too many others
 */
export async function hear(made: Change, poolId: string, { session, term }: Speaker): Promise<void> {
  const { sessions } = made.tx;
  const found = await sessions.lock(poolId, session);
  if (found) made.tells(found.reading);
  const [known, reading] = [found?.known, await made.reading()];
  if (known && isFormer(known, term, reading)) {
    throw new RequestError(
      'superseded',
      'another controller leads now and speaks for this pool: this one, which led before it, changes nothing any more',
    );
  }
  if (!known) requireWithinCaps({ sessions: (await sessions.countOfPool(poolId)) + 1 });
  if (!known || isNews(known, term, reading)) await sessions.heard(poolId, session, reading, term);
}

const hearing = operation('hear', (made: Change, { poolId, speaker }: { poolId: string; speaker: Speaker }) =>
  hear(made, poolId, speaker),
);

/** The same outside of a transaction: what is known already needs none. @returns what there is to see for the session */
export async function hearAtOnce(
  context: QueueContext,
  poolId: string,
  speaker: Speaker,
): Promise<Omit<SessionLook, 'known'>> {
  const { session, term } = speaker;
  const { looks } = context.store.read;
  const found = await looks.session(poolId, session);
  if (found && !isFormer(found.known, term, found.reading)) {
    if (!isNews(found.known, term, found.reading)) return found;
    // Who leads is to be durable; that a session lives is heard again soon enough.
    const isSame = term === undefined || term === found.known.term;
    if (isSame && (await context.store.notes?.sessions.heardAgain(poolId, session, found.reading, term))) return found;
  }
  await change(context, hearing, { poolId, speaker });
  // To be heard changes nothing of what there is to see.
  return found ?? (await looks.session(poolId, session)) ?? NOTHING;
}

/** A session that has been forgotten in the meantime. */
const NOTHING: Omit<SessionLook, 'known'> = { reading: 0, revision: 0, mayAssign: false };

function isNews(known: SessionRow, term: number | undefined, reading: number): boolean {
  if (known.heardLease !== reading) return true;
  return term !== undefined && (known.term !== term || known.termHeardLease !== reading);
}

/** A Lease that was made anew counts from 0 again, so that a number alone must not rule for ever. */
function isFormer(known: SessionRow, term: number | undefined, reading: number): boolean {
  if (term === undefined || known.term === null || known.termHeardLease === null) return false;
  return term < known.term && reading - known.termHeardLease <= SESSION_LEASE_MS;
}
