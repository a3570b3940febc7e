import { existsSync, readFileSync } from 'node:fs';

/** Of a thread: its time on a processor, and its time in which it waited for one, in ns. */
const scheduled = (thread: string): string => `/proc/${thread}/schedstat`;

/** Of the whole machine: among others the time that its host gave to others. */
const MACHINE = '/proc/stat';
/** Where it stands in the first line, and its unit in milliseconds. */
const [STOLEN, TICK_MS] = [8, 10];

/** Milliseconds in which a thread could have run but others had the processors; the main thread of a process by its id. */
function starvedMs(thread: string): number {
  const file = scheduled(thread);
  const [, starvedNs] = existsSync(file) ? readFileSync(file, 'utf8').split(' ') : [];
  return Number(starvedNs ?? 0) / 1e6;
}

/** Milliseconds in which this machine had no processors, since it is a virtual one whose host had other things to do. */
function stolenMs(): number {
  if (!existsSync(MACHINE)) return 0;
  const [line = ''] = readFileSync(MACHINE, 'utf8').split('\n', 1);
  return Number(line.split(/ +/)[STOLEN] ?? 0) * TICK_MS;
}

/**
 * Milliseconds, without those in which this thread could have run but others had the processors.
 * @param waitsFor process whose main thread this one waits for, and which is starved instead of it
 */
export function ownTime(waitsFor?: number): number {
  const others = waitsFor === undefined ? 0 : starvedMs(String(waitsFor));
  return performance.now() - starvedMs('thread-self') - others - stolenMs();
}

/** Milliseconds in which this thread had a processor. */
export function processorTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
