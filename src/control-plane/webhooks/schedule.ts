import { backoffMs } from '../../time';
import type { AttemptResult } from '../store/webhooks';
import type { DeliveryRecord, WebhookRecord } from '../store/records';
import type { Sent } from './send';

/** How long a delivery is tried, from the moment that it was asked for. */
export const RETRY_FOR_MS = 24 * 60 * 60_000;
/** Between the attempts of a delivery. */
const RETRY = { firstMs: 5_000, longestMs: 15 * 60_000 };
/** After so many failures in a row a webhook is paused, and then tried with one delivery at a time. */
export const PAUSED_AFTER = 5;
const PAUSE = { firstMs: 10_000, longestMs: 5 * 60_000 };

interface Attempt extends Sent {
  readonly attemptedAt: number;
  readonly durationMs: number;
}

/** What is to be known of a delivery after an attempt. */
export function afterAttempt(
  { id, attempts, dueSince, dueAt }: DeliveryRecord,
  { retryOnFailure }: Pick<WebhookRecord, 'retryOnFailure'>,
  { status, error, attemptedAt, durationMs }: Attempt,
  random?: () => number,
): AttemptResult {
  const known = { id, attempts, status, error, attemptedAt, durationMs };
  if (error === null) return { ...known, state: 'DELIVERED', dueAt };
  const next = attemptedAt + durationMs + Math.round(backoffMs(attempts + 1, { ...RETRY, random }));
  if (!retryOnFailure || next - dueSince > RETRY_FOR_MS) return { ...known, state: 'FAILED', dueAt };
  return { ...known, state: 'WAITING', dueAt: next };
}

/** How the webhook itself stands after several attempts at once, one of which may have had success. */
export function standing(
  { failures }: Pick<WebhookRecord, 'failures'>,
  anySuccess: boolean,
  now: number,
  random?: () => number,
): Pick<WebhookRecord, 'failures' | 'pausedUntil'> {
  if (anySuccess) return { failures: 0, pausedUntil: 0 };
  const more = failures + 1;
  if (more < PAUSED_AFTER) return { failures: more, pausedUntil: 0 };
  return { failures: more, pausedUntil: now + Math.round(backoffMs(more - PAUSED_AFTER + 1, { ...PAUSE, random })) };
}
