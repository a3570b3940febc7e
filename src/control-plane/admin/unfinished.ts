import { RequestError } from '../errors';

/** @throws RequestError `malformed` where runs are unfinished that are in the way of what somebody wants to do */
export function refuseUnfinished(count: number, what: string, intent: string): void {
  if (count === 0) return;
  const found = count === 1 ? 'an unfinished run' : `${count} unfinished runs`;
  throw new RequestError('malformed', `${what} has ${found}: stop them, or let them end, then ${intent}`);
}
