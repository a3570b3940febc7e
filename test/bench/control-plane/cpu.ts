import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Ticks of a second in /proc. */
const CLOCK_TICKS = 100;

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  /** Its own, and that of its children that have ended. */
  readonly cpuSeconds: number;
}

/**
 * CPU time of the processes with such a name among those that this one has started, and that they have started; null where
 * the system does not tell.
 */
export function cpuSecondsOf(name: string): number | null {
  if (process.platform !== 'linux') return null;
  const all = readdirSync('/proc').flatMap((entry) => (/^\d+$/.test(entry) ? (statOf(entry) ?? []) : []));
  const ours = descendants(all, process.pid);
  return ours.filter((stat) => stat.name === name).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
}

function descendants(all: readonly Stat[], of: number): Stat[] {
  const children = all.filter(({ parent }) => parent === of);
  return children.flatMap((child) => [child, ...descendants(all, child.pid)]);
}

/** Undefined where it has ended meanwhile. */
const statOf = (pid: string): Stat | undefined => attempt(() => parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8')));

/**
 * CPU time of processes of this machine whose command line holds some words, in milliseconds and to the microsecond; null
 * where the system does not tell.
 */
export function exactCpuMs(words: string): number | null {
  if (!existsSync('/proc/self/schedstat')) return null;
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && commandOf(entry).includes(words));
  return pids.reduce((sum, pid) => sum + onCpuMs(pid), 0);
}

/** What has ended meanwhile has none. */
const commandOf = (pid: string): string => attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ?? '';

/** The first figure is the time on a processor, in nanoseconds; of the first thread, and a process of PostgreSQL has no other. */
const onCpuMs = (pid: string): number =>
  Number((attempt(() => readFileSync(`/proc/${pid}/schedstat`, 'utf8')) ?? '0').split(' ')[0]) / 1e6;

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

export function parseStat(text: string): Stat {
  // The name stands in parentheses and may hold anything.
  const [open, close] = [text.indexOf('('), text.lastIndexOf(')')];
  const fields = text
    .slice(close + 2)
    .split(' ')
    .map(Number);
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15);
  return {
    pid: Number(text.slice(0, open)),
    parent: fields[1]!,
    name: text.slice(open + 1, close),
    cpuSeconds: (user + system + childUser + childSystem) / CLOCK_TICKS,
  };
}
