import { describe, expect, test } from '@jest/globals';
import type { DeliveryRecord } from '../../../src/control-plane/store/records';
import { afterAttempt, PAUSED_AFTER, RETRY_FOR_MS, standing } from '../../../src/control-plane/webhooks/schedule';

const NOW = 1_000_000_000;
/** The least that chance gives. */
const shortest = () => 0;

const delivery = (more: Partial<DeliveryRecord> = {}) =>
  ({ id: 'd', attempts: 0, dueSince: NOW, dueAt: 0, ...more }) as DeliveryRecord;
const failed = { status: 500, error: 'it answered 500', attemptedAt: NOW, durationMs: 100 };

describe('a delivery', () => {
  test('that was taken is over', () => {
    const taken = { status: 204, error: null, attemptedAt: NOW, durationMs: 100 };
    expect(afterAttempt(delivery(), { retryOnFailure: true }, taken)).toMatchObject({
      state: 'DELIVERED',
      status: 204,
      error: null,
    });
  });

  test('that failed is tried again, each time after a longer while, up to a quarter of an hour', () => {
    const whiles = [0, 1, 2, 5, 20].map((attempts) => {
      const { state, dueAt } = afterAttempt(delivery({ attempts }), { retryOnFailure: true }, failed, shortest);
      expect(state).toBe('WAITING');
      return dueAt - NOW - failed.durationMs;
    });
    expect(whiles).toEqual([2_500, 5_000, 10_000, 80_000, 450_000]);
  });

  test('is given up after a day, counted from when it was asked for', () => {
    const old = delivery({ attempts: 100, dueSince: NOW - RETRY_FOR_MS });
    expect(afterAttempt(old, { retryOnFailure: true }, failed).state).toBe('FAILED');
  });

  test('is given up at once where the webhook tries nothing again', () => {
    expect(afterAttempt(delivery(), { retryOnFailure: false }, failed).state).toBe('FAILED');
  });
});

describe('a webhook', () => {
  test('is paused after failures in a row, for longer each time, up to five minutes', () => {
    const after = (failures: number) => standing({ failures }, false, NOW, shortest);
    expect(after(PAUSED_AFTER - 2)).toEqual({ failures: PAUSED_AFTER - 1, pausedUntil: 0 });
    expect(after(PAUSED_AFTER - 1)).toEqual({ failures: PAUSED_AFTER, pausedUntil: NOW + 5_000 });
    expect(after(PAUSED_AFTER)).toEqual({ failures: PAUSED_AFTER + 1, pausedUntil: NOW + 10_000 });
    expect(after(100)).toEqual({ failures: 101, pausedUntil: NOW + 150_000 });
  });

  test('that takes one of several is not', () => {
    expect(standing({ failures: 100 }, true, NOW)).toEqual({ failures: 0, pausedUntil: 0 });
  });
});
