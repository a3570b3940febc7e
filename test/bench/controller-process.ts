import { spawn, execFileSync, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';

const DOCKERFILE = 'images/controller/Dockerfile';
const CONTROLLER_NAME = 'controller';

export interface ControllerProcessOptions {
  /** Path of the bundle. */
  readonly bundle: string;
  /** Arguments after `controller`. */
  readonly args: readonly string[];
  /** Flags of Node. @default those of the controller's image */
  readonly nodeFlags?: readonly string[];
  /** Beside those of the image. */
  readonly environment: Readonly<Record<string, string>>;
  /** File that takes what the controller logs. */
  readonly log: string;
}

/** Memory in MiB and CPU time of a process. */
export interface Usage {
  readonly residentMiB: number;
  /** The most it ever was; null where the system does not tell. */
  readonly peakMiB: number | null;
  /** User and system time since the start; null where the system does not tell. */
  readonly cpuSeconds: number | null;
}

/** The controller as its image runs it, as a child of the bench. */
export class ControllerProcess {
  private readonly child: ChildProcess;
  /** Rejects when the controller ends although nobody has stopped it. */
  readonly ended: Promise<never>;
  private stopping = false;

  constructor(private readonly options: ControllerProcessOptions) {
    const log = openSync(options.log, 'w');
    const dockerfile = readFileSync(DOCKERFILE, 'utf8');
    const flags = options.nodeFlags ?? nodeFlags(dockerfile);
    const args = [...flags, options.bundle, CONTROLLER_NAME, ...options.args];
    this.child = spawn(process.execPath, args, {
      stdio: ['ignore', log, log],
      env: { PATH: process.env.PATH, ...imageEnvironment(dockerfile), ...options.environment },
    });
    closeSync(log);
    this.ended = new Promise<never>((_, reject) => {
      this.child.once('error', reject);
      this.child.once('exit', (code, signal) => {
        if (!this.stopping) reject(new Error(`the controller ended (${code ?? signal}): ${this.lastWords()}`));
      });
    });
    this.ended.catch(() => undefined);
  }

  usage(): Usage {
    const { pid = 0 } = this.child;
    if (process.platform === 'linux') return linuxUsage(pid);
    const kilobytes = Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }));
    return { residentMiB: kilobytes / 1024, peakMiB: null, cpuSeconds: null };
  }

  /** Holds it still, so that work can be laid out before it. */
  pause(): void {
    this.child.kill('SIGSTOP');
  }

  resume(): void {
    this.child.kill('SIGCONT');
  }

  /** Asks it to end, and insists after 15 s. */
  async stop(): Promise<void> {
    this.stopping = true;
    const { child } = this;
    this.resume();
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const insist = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.kill('SIGTERM');
    });
    clearTimeout(insist);
  }

  private lastWords(): string {
    return readFileSync(this.options.log, 'utf8').trimEnd().split('\n').slice(-3).join(' | ');
  }
}

/** The flags between `node` and the program in an image's ENTRYPOINT, so that what is measured is what is shipped. */
export function nodeFlags(dockerfile: string): string[] {
  const entrypoint = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1];
  if (entrypoint === undefined) throw new Error(`${DOCKERFILE} has no ENTRYPOINT in JSON form`);
  const [, ...rest] = JSON.parse(entrypoint) as string[];
  const program = rest.findIndex((word) => !word.startsWith('-'));
  return rest.slice(0, program === -1 ? undefined : program);
}

/** The variables that an image sets. */
export function imageEnvironment(dockerfile: string): Record<string, string> {
  const lines = dockerfile.replaceAll('\\\n', ' ').matchAll(/^ENV (.*)$/gm);
  const pairs = [...lines].flatMap(([, line = '']) => line.trim().split(/\s+/));
  return Object.fromEntries(pairs.map((pair) => pair.split(/=(.*)/, 2) as [string, string]));
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
