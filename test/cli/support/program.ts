import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import type { TestControlPlane } from '../../control-plane/support/control-plane';

export interface Result {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a child needs of this process; nothing that would tell it of a control plane, or change how it runs. */
const ENVIRONMENT = { PATH: process.env.PATH, HOME: process.env.HOME };

/** A program that never ends fails its test, and is not left behind. */
const LONGEST_MS = 50_000;

/** As `src/cli/build.mjs` has it: a name that no minified library declares. */
const REQUIRE =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

/** What runs in threads of its own, beside the program. */
const THREADS = ['src/control-plane/store/database/sqlite-connection.ts', 'src/control-plane/database-thread.ts'];

/** A program, bundled once, because loading its sources anew takes seconds each time. */
export class Program {
  private constructor(
    /** The bundle. */
    readonly path: string,
    private readonly environment: NodeJS.ProcessEnv,
    private readonly longestMs = LONGEST_MS,
    private readonly input = '',
  ) {}

  /** The whole of `worker-pools`. */
  static whole(folder: string): Promise<Program> {
    return Program.bundle('src/cli/main.ts', folder);
  }

  /** `worker-pools` with `pool`, `stack` and `run` only. */
  static ofApiCommands(folder: string): Promise<Program> {
    return Program.bundle('test/cli/support/api-commands.ts', folder);
  }

  /** The plugin of kubectl. */
  static plugin(folder: string): Promise<Program> {
    return Program.bundle('src/cli/entry/kubectl-plugin.ts', folder);
  }

  /** The controller, as its image holds it. It may run for three minutes. */
  static controller(folder: string): Promise<Program> {
    return Program.bundle('src/cli/entry/controller.ts', folder, 180_000);
  }

  /** The control plane, as its image holds it. */
  static controlPlane(folder: string): Promise<Program> {
    return Program.bundle('src/cli/entry/control-plane.ts', folder);
  }

  /** In pieces, as `npm run build` does it: a library that is loaded later looks different there. */
  private static async bundle(source: string, folder: string, longestMs?: number): Promise<Program> {
    const name = basename(source, '.ts');
    await promisify(execFile)(join('node_modules', '.bin', 'esbuild'), [
      `${name}=${source}`,
      ...THREADS.map((path) => `${basename(path, '.ts')}=${path}`),
      '--bundle',
      '--splitting',
      '--platform=node',
      '--format=esm',
      '--external:@swc/core',
      '--define:__VERSION__="1.2.3"',
      `--banner:js=${REQUIRE}`,
      '--log-level=error',
      '--out-extension:.js=.mjs',
      `--outdir=${folder}`,
    ]);
    // Profiles of whoever runs the tests are not theirs.
    const environment = { ...ENVIRONMENT, XDG_CONFIG_HOME: join(folder, 'config') };
    return new Program(join(folder, `${name}.mjs`), environment, longestMs);
  }

  with(environment: NodeJS.ProcessEnv): Program {
    return new Program(this.path, { ...this.environment, ...environment }, this.longestMs, this.input);
  }

  /** The same program, which is told by variables where the control plane is and how to come in. */
  knowing(controlPlane: TestControlPlane): Program {
    return this.with({
      WORKER_POOLS_URL: controlPlane.url,
      WORKER_POOLS_CA: controlPlane.file('ca.crt'),
      WORKER_POOLS_API_KEY_SECRET_FILE: controlPlane.file('admin-key.json'),
    });
  }

  /** The same program, which takes its output for a terminal. */
  onTerminal(): Program {
    const pretence = 'process.stdout.isTTY = process.stderr.isTTY = true';
    return this.with({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(pretence)}` });
  }

  /** The same program, at a terminal where somebody answers its questions so. */
  answered(input: string): Program {
    const pretence = 'process.stdin.isTTY = true';
    const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(pretence)}` };
    return new Program(this.path, { ...this.environment, ...environment }, this.longestMs, input);
  }

  /** The same program, which is given something to read. */
  reading(input: string): Program {
    return new Program(this.path, this.environment, this.longestMs, input);
  }

  /** Makes a command of it that shells find by its path. @returns the environment of such a shell */
  command(path: string): NodeJS.ProcessEnv {
    writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' '${this.path}' "$@"\n`, { mode: 0o755 });
    return { ...this.environment, PATH: `${dirname(path)}:${this.environment.PATH}` };
  }

  /** Runs it to its end. */
  run(...args: string[]): Promise<Result> {
    return this.start(...args).ended;
  }

  start(...args: string[]): RunningProgram {
    const child = spawn(process.execPath, [this.path, ...args], {
      env: this.environment,
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: this.longestMs,
    });
    // It may have ended without a look at it.
    child.stdin.on('error', () => undefined).end(this.input);
    return new RunningProgram(child);
  }
}

export class RunningProgram {
  /** Settles when it has ended and all that it printed was read. */
  readonly ended: Promise<Result>;
  private readonly printed = { stdout: '', stderr: '' };

  constructor(private readonly child: ChildProcessByStdio<Writable | null, Readable, Readable>) {
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => (this.printed[stream] += text));
    }
    this.ended = new Promise((resolve) =>
      child.once('close', (exitCode) =>
        resolve({ exitCode, stdout: this.printed.stdout, stderr: this.printed.stderr }),
      ),
    );
  }

  /** Whether the text is on its standard output by now. */
  hasPrinted(text: string): boolean {
    return this.printed.stdout.includes(text);
  }

  /** As Ctrl-C does. */
  interrupt(): void {
    this.child.kill('SIGINT');
  }

  /** What is on its standard output by now. */
  get stdout(): string {
    return this.printed.stdout;
  }

  /** What is on its standard error by now. */
  get stderr(): string {
    return this.printed.stderr;
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** As `| head` does when it has enough. */
  stopReading(): void {
    this.child.stdout.destroy();
  }
}
