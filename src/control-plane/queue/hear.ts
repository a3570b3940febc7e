import type { Speaker } from '../../protocol/messages';
import { RequestError } from '../errors';
import type { QueueContext } from './context';

/** Takes a session's word as a sign of life. @throws RequestError `superseded` when it is that of a former leader. */
export function hear({ leases }: QueueContext, poolId: string, { session, term }: Speaker): void {
  if (leases.sessionSpoke(poolId, session, term)) return;
  throw new RequestError(
    'superseded',
    'another controller leads now and speaks for this pool: this one, which led before it, changes nothing any more',
  );
}
