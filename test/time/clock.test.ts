import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { sleep, systemClock } from '../../src/time';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('the system clock', () => {
  // Jest's timers cut a delay above 2^31-1 ms to one, as Node's do.
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it.each([1, 24, 25, 30, 60, 3650])('keeps a delay of %i days to the millisecond', (days) => {
    const due = jest.fn();
    systemClock.setTimer(days * DAY_MS, due);
    jest.advanceTimersByTime(days * DAY_MS - 1);
    expect(due).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(due).toHaveBeenCalledTimes(1);
  });

  it.each([0, -1, -1_000])('calls back soon after a delay of %i ms, of which Node would warn', (delayMs) => {
    const setTimer = jest.spyOn(globalThis, 'setTimeout');
    const due = jest.fn();
    systemClock.setTimer(delayMs, due);
    expect(setTimer).toHaveBeenLastCalledWith(expect.any(Function), expect.closeTo(0));
    jest.advanceTimersByTime(1);
    expect(due).toHaveBeenCalledTimes(1);
  });

  it('cancels a long delay that has already been looked at again', () => {
    const due = jest.fn();
    const cancel = systemClock.setTimer(60 * DAY_MS, due);
    jest.advanceTimersByTime(30 * DAY_MS);
    cancel();
    jest.advanceTimersByTime(60 * DAY_MS);
    expect(due).not.toHaveBeenCalled();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('never calls back after an infinite delay', () => {
    const due = jest.fn();
    systemClock.setTimer(Infinity, due);
    jest.advanceTimersByTime(365 * DAY_MS);
    expect(due).not.toHaveBeenCalled();
  });

  it('wakes a sleeper at its abort and leaves no timer behind', async () => {
    const waking = new AbortController();
    const asleep = sleep(systemClock, 30 * DAY_MS, waking.signal);
    waking.abort();
    await expect(asleep).resolves.toBeUndefined();
    expect(jest.getTimerCount()).toBe(0);
  });
});
