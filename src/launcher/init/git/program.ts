import { spawn } from 'node:child_process';
import { GitError } from './git-error';

/** What git may say that is read: names of files of a large repository. What it says to people is less. */
const LARGEST_OUTPUT = 64 * 1024 * 1024;
const KEPT_OF_STDERR = 16 * 1024;

export interface GitLimits {
  /** Of one command. */
  readonly withinMs: number;
  /** Largest single file that it may write, packs of the history among them. */
  readonly largestFileBytes: number;
}

export interface Said {
  readonly code: number;
  readonly stdout: string;
  /** The end of it. */
  readonly stderr: string;
}

/** `git` of the launcher image, in one repository. */
export class Git {
  constructor(
    private readonly folder: string,
    private readonly environment: Readonly<Record<string, string>>,
    private readonly limits: GitLimits,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * @param args never a secret: other processes of the node may see them
   * @throws GitError when it cannot be started or takes too long; the abort reason when the Pod is being ended
   */
  async run(args: readonly string[], config: Readonly<Record<string, string>> = {}): Promise<Said> {
    this.signal.throwIfAborted();
    const settings = Object.entries({ ...SETTINGS, ...config }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const blocks = Math.floor(this.limits.largestFileBytes / 512);
    const script = `ulimit -f ${blocks} && ulimit -c 0 && exec git "$@"`;
    const child = spawn('/bin/sh', ['-c', script, 'sh', ...settings, ...args], {
      cwd: this.folder,
      env: this.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: what speaks https or ssh is a process that git starts.
      detached: true,
    });
    let isLate = false;
    const kill = (): void => {
      try {
        process.kill(-child.pid!, 'SIGKILL');
      } catch {
        // It has ended.
      }
    };
    const timer = setTimeout(() => {
      isLate = true;
      kill();
    }, this.limits.withinMs);
    this.signal.addEventListener('abort', kill, { once: true });
    try {
      const said = await collected(child);
      this.signal.throwIfAborted();
      const seconds = this.limits.withinMs / 1000;
      if (isLate) throw new GitError(`git ${args[0]} took longer than ${seconds} s.`, true);
      if (said.code === 126 || said.code === 127) {
        throw new GitError('The launcher image has no git: give the pool an image that has it.');
      }
      return said;
    } finally {
      clearTimeout(timer);
      this.signal.removeEventListener('abort', kill);
    }
  }
}

/** In place of what a repository or the image might say. */
const SETTINGS: Readonly<Record<string, string>> = {
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.symlinks': 'true',
  'core.protectHFS': 'true',
  'core.protectNTFS': 'true',
  'core.longpaths': 'true',
  'credential.helper': '',
  'transfer.fsckObjects': 'false',
  'fetch.unpackLimit': '1',
  'fetch.recurseSubmodules': 'false',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'advice.detachedHead': 'false',
  'init.defaultBranch': 'none',
  'safe.directory': '*',
};

function collected(child: ReturnType<typeof spawn>): Promise<Said> {
  const chunks: Buffer[] = [];
  let [length, stderr] = [0, ''];
  child.stdout!.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= LARGEST_OUTPUT) chunks.push(chunk);
  });
  child.stderr!.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-KEPT_OF_STDERR);
  });
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new GitError(`git cannot be started: ${error.message}.`)));
    child.once('close', (code, signal) => {
      if (length > LARGEST_OUTPUT) reject(new GitError('The repository has more files than a source may have.'));
      else
        resolve({
          code: code ?? (signal === 'SIGXFSZ' ? 153 : 137),
          stdout: Buffer.concat(chunks).toString('utf8'),
          stderr,
        });
    });
  });
}
