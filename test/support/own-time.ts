import { existsSync, readFileSync } from 'node:fs';

/** Of the main thread, which tests run on: its time on a processor, and its time in which it waited for one. */
const SCHEDULED = '/proc/self/schedstat';

/** Milliseconds, without those in which this thread could have run but other programs had the processors. */
export function ownTime(): number {
  const [, starvedNs] = existsSync(SCHEDULED) ? readFileSync(SCHEDULED, 'utf8').split(' ') : [];
  return performance.now() - Number(starvedNs ?? 0) / 1e6;
}

/** Milliseconds in which this thread had a processor. */
export function processorTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
