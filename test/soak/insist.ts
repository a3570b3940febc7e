import { setTimeout as sleep } from 'node:timers/promises';

const AGAIN_MS = 500;
/** Nothing that a soak breaks lasts nearly as long. */
const PATIENCE_MS = 600_000;

/** Tries again and again: what is asked may be away for a while, since it is broken on purpose. */
export async function insist<T>(work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(AGAIN_MS);
    }
  }
}

/** Ends early, and without an error, when the signal says so. */
export async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  await sleep(seconds * 1000, undefined, { signal }).catch(() => undefined);
}
