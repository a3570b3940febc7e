import type { QueueContext } from './context';

const HOUR_MS = 60 * 60_000;

/** How often the figures of pools are looked at. */
export const SAMPLE_MS = 60_000;

/** A pool in which nothing changes has a sample so often all the same: a longer time without any is one in which nobody looked. */
export const REPEAT_MS = 9 * 60_000;

/** Samples older than `after` stand for `spanMs`, and are kept until they are older than `keptFor`. */
export const THINNED = { after: 24 * HOUR_MS, spanMs: 10 * 60_000, keptFor: 14 * 24 * HOUR_MS };

/** Looks at the pools, once in each minute, whichever process does it. */
export class PoolSampler {
  private sampledFor = -1;

  constructor(private readonly context: QueueContext) {}

  async sample(): Promise<void> {
    const { store, now } = this.context;
    const minute = now() - (now() % SAMPLE_MS);
    if (minute === this.sampledFor) return;
    this.sampledFor = minute;
    await store.transaction((tx) => tx.poolSamples.add(minute, SAMPLE_MS, minute - REPEAT_MS));
  }
}

/** Puts old samples together, and deletes those that are too old. */
export async function thinSamples({ store, now }: QueueContext): Promise<void> {
  const { after, spanMs, keptFor } = THINNED;
  const before = now() - after;
  await store.transaction(async ({ poolSamples }) => {
    await poolSamples.thin(SAMPLE_MS, spanMs, before - (before % spanMs));
    await poolSamples.delete(spanMs, now() - keptFor);
  });
}
