import { readFileSync } from 'node:fs';

/** A process, told apart from a later one that got the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks between the machine's start and the process's; 0 where the system does not tell. */
  readonly startTime: number;
  /** The machine's start that `startTime` counts from. */
  readonly bootId: string;
}

/** Undefined when there is no such process. */
export function processIdentity(pid: number): ProcessIdentity | undefined {
  if (process.platform !== 'linux') {
    return exists(pid) ? { pid, startTime: 0, bootId: '' } : undefined;
  }
  try {
    const startTime = startTimeOf(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return { pid, startTime, bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() };
  } catch {
    return undefined;
  }
}

/** Whether that very process still runs: the same number, the same start. */
export function isAlive(identity: ProcessIdentity): boolean {
  const now = processIdentity(identity.pid);
  return now !== undefined && now.startTime === identity.startTime && now.bootId === identity.bootId;
}

/** Sends a signal only if that very process still runs. @returns whether it was sent */
export function signal(identity: ProcessIdentity, name: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    return process.kill(identity.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** Field 22 of /proc/PID/stat; the name in field 2 may hold spaces and brackets, so count from its end. */
export function startTimeOf(stat: string): number {
  const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(afterName[19]);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
