import { spawn, execFileSync, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';

/** Between being asked to end and being made to. */
const GRACE_MS = 15_000;

export interface ProgramOptions {
  /** For messages. */
  readonly name: string;
  /** Arguments of Node: its flags, the program, the program's own. */
  readonly args: readonly string[];
  /** Beside PATH. */
  readonly environment?: Readonly<Record<string, string>>;
  /** File that takes what the program says; it is added to. */
  readonly log: string;
  /** How many files it may have open, as by `ulimit -n`. @default as many as this process */
  readonly openFiles?: number;
}

/** Memory in MiB and CPU time of a process. */
export interface Usage {
  readonly residentMiB: number;
  /** The most it ever was; null where the system does not tell. */
  readonly peakMiB: number | null;
  /** User and system time since the start; null where the system does not tell. */
  readonly cpuSeconds: number | null;
}

/** A program of ours as a child of this process, on this process' Node. */
export class ProgramProcess {
  private readonly child: ChildProcess;
  /** Rejects when the program ends although nobody has stopped it. */
  readonly ended: Promise<never>;
  private readonly exited: Promise<void>;
  private stopping = false;

  constructor(private readonly options: ProgramOptions) {
    const log = openSync(options.log, 'a');
    const [command, ...args] = commandOf(options);
    this.child = spawn(command, args, {
      stdio: ['ignore', log, log],
      env: { PATH: process.env.PATH, ...options.environment },
    });
    closeSync(log);
    this.exited = new Promise((resolve) => {
      for (const event of ['error', 'exit']) this.child.once(event, () => resolve());
    });
    this.ended = new Promise<never>((_, reject) => {
      this.child.once('error', reject);
      this.child.once('exit', (code, signal) => {
        if (!this.stopping) reject(new Error(`${options.name} ended (${code ?? signal}): ${this.lastWords()}`));
      });
    });
    this.ended.catch(() => undefined);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  usage(): Usage {
    return usageOf(this.pid);
  }

  /** Holds it still, so that work can be laid out before it. */
  pause(): void {
    this.child.kill('SIGSTOP');
  }

  resume(): void {
    this.child.kill('SIGCONT');
  }

  /** Asks it to end, and insists after a while. */
  async stop(): Promise<void> {
    this.resume();
    const insist = setTimeout(() => this.child.kill('SIGKILL'), GRACE_MS);
    await this.end('SIGTERM');
    clearTimeout(insist);
  }

  /** Ends it in the middle of whatever it does. */
  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  private end(signal: NodeJS.Signals): Promise<void> {
    this.stopping = true;
    this.child.kill(signal);
    return this.exited;
  }

  private lastWords(): string {
    return readFileSync(this.options.log, 'utf8').trimEnd().split('\n').slice(-3).join(' | ');
  }
}

function commandOf({ args, openFiles }: ProgramOptions): [string, ...string[]] {
  if (openFiles === undefined) return [process.execPath, ...args];
  return ['sh', '-c', `ulimit -n ${openFiles}; exec "$0" "$@"`, process.execPath, ...args];
}

export function usageOf(pid: number): Usage {
  if (process.platform === 'linux') return linuxUsage(pid);
  const kilobytes = Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }));
  return { residentMiB: kilobytes / 1024, peakMiB: null, cpuSeconds: null };
}

const CLOCK_TICKS = 100;

function linuxUsage(pid: number): Usage {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mebibytes = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  // Behind the name in parentheses, which may hold anything; user and system time are the 14th and 15th field.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return {
    residentMiB: mebibytes('VmRSS'),
    peakMiB: mebibytes('VmHWM'),
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS,
  };
}
