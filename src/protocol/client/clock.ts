import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from './options';

/** The system's time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (milliseconds, signal) => {
    await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
  },
};
