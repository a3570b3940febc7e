import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

export interface Limits {
  /** Milliseconds until the program is ended. */
  readonly longestMs: number;
  /** File that Jest writes when its tests are over. @default - the program is no Jest suite */
  readonly report?: string;
  /** How long Jest may take to end after its report, in milliseconds. */
  readonly lingerMs: number;
}

const LOOK_EVERY_MS = 250;
/** On which a program and what it has started end with us. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Why a program ends that nobody has asked to. */
const CAUSE: Partial<Record<NodeJS.Signals, string>> = {
  SIGABRT: ', as Node.js ends when its heap is full',
  SIGKILL: ', as the system ends a program when memory is out',
};

/**
 * Runs a program to its end, or ends it when its time is over; what it has started ends with it in either case, so that no
 * server of a test stays and nobody waits for an output that it holds open.
 * @param tell takes why the program was ended
 * @returns its exit code
 */
export function runLimited(
  [program = '', ...args]: readonly string[],
  { longestMs, report, lingerMs }: Limits,
  tell: (why: string) => void,
): Promise<number> {
  const options = report ? '--experimental-vm-modules --disable-warning=ExperimentalWarning' : '';
  const env = { ...process.env, NODE_OPTIONS: [process.env.NODE_OPTIONS, options].filter(Boolean).join(' ') };
  return new Promise((resolve) => {
    // Jest prints its JSON report on standard output as well; its own words are on standard error.
    const stdio = ['ignore', report ? 'ignore' : 'inherit', 'inherit'] as const;
    // A group of its own, which can be ended as a whole.
    const child = spawn(program, args, { stdio: [...stdio], env, detached: true });
    const killAll = () => signalGroup(child.pid, 'SIGKILL');
    let isEndedByUs = false;
    const end = (why: string) => {
      isEndedByUs = true;
      tell(why);
      killAll();
    };
    const timers = [setTimeout(() => end(`${program} has not ended within ${minutes(longestMs)}`), longestMs)];
    // A suite that left something open would wait for it for ever, and all the checks after it with it.
    const look = setInterval(() => {
      if (report === undefined || !existsSync(report)) return;
      clearInterval(look);
      const why = 'The tests are over, but something that they left open keeps Jest from ending';
      timers.push(setTimeout(() => end(why), lingerMs));
    }, LOOK_EVERY_MS);
    const stop = (signal: NodeJS.Signals) => {
      isEndedByUs = true;
      signalGroup(child.pid, signal);
      settle(1);
      process.kill(process.pid, signal);
    };
    for (const signal of SIGNALS) process.once(signal, stop);
    const settle = (code: number) => {
      clearInterval(look);
      for (const timer of timers) clearTimeout(timer);
      for (const signal of SIGNALS) process.off(signal, stop);
      resolve(code);
    };
    child.on('error', (error) => {
      tell(`${program}: ${error.message}`);
      settle(127);
    });
    child.on('exit', (code, signal) => {
      killAll();
      if (signal && !isEndedByUs) tell(`${program} was ended by ${signal}${CAUSE[signal] ?? ''}`);
      settle(code ?? 1);
    });
  });
}

function signalGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, signal);
  } catch (error) {
    // Nobody of the group is left.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function minutes(ms: number): string {
  const count = Math.round(ms / 60_000);
  return count === 1 ? 'a minute' : `${count} minutes`;
}
