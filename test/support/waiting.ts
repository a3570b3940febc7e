import { setTimeout as sleep } from 'node:timers/promises';

export { sleep };

/** Gives the event loop a turn. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Looks every few milliseconds until it is so.
 * @throws Error that names what did not happen in so many seconds, or the reason of the signal
 */
export async function until(
  what: string,
  seconds: number,
  condition: () => boolean | Promise<boolean>,
  signal: AbortSignal,
) {
  const deadline = performance.now() + seconds * 1000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${seconds} s`);
    await sleep(5, undefined, { signal });
  }
}

export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** Does `work` for every item, at most `limit` at once; the first failure ends it. */
export async function atOnce<Item>(limit: number, items: Iterable<Item>, work: (item: Item) => Promise<unknown>) {
  const rest = items[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    for (let next = rest.next(); !next.done; next = rest.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: limit }, lane));
}
