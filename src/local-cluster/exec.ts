import { spawn } from 'node:child_process';
import { LocalClusterError } from './errors';

export interface ExecOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Text for standard input. @default - none */
  readonly input?: string;
  /** Milliseconds until the program is ended. @default - no limit */
  readonly timeoutMs?: number;
  /** Called for each line of output as it comes. */
  readonly onLine?: (line: string) => void;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end and never throws for its exit code; 127 when it does not exist. Faked in unit tests. */
export type Exec = (program: string, args: readonly string[], options?: ExecOptions) => Promise<ExecResult>;

export const exec: Exec = (program, args, options = {}) =>
  new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      timeout: options.timeoutMs,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    if (options.onLine) {
      onLines(child.stdout, options.onLine);
      onLines(child.stderr, options.onLine);
    }
    child.on('error', (error: NodeJS.ErrnoException) => {
      resolve({ exitCode: error.code === 'ENOENT' ? 127 : 126, stdout, stderr: error.message });
    });
    child.on('close', (code, signal) => {
      resolve({ exitCode: code ?? 1, stdout, stderr: stderr || (signal ? `${program} was ended by ${signal}` : '') });
    });
    // A program that ends without reading its input is judged by its exit code.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
  });

/** As `exec`, but a failure is an error that names the program and quotes the end of what it said. */
export async function run(
  program: string,
  args: readonly string[],
  options: ExecOptions & { readonly exec?: Exec } = {},
): Promise<string> {
  const { exitCode, stdout, stderr } = await (options.exec ?? exec)(program, args, options);
  if (exitCode !== 0) {
    // What it was asked to do, without the options and paths around it.
    const words = args.filter((word) => /^[a-z][a-z-]*$/.test(word)).slice(0, 2);
    const said = (stderr || stdout).trim().split('\n').slice(-15).join('\n');
    throw new LocalClusterError(`${[program, ...words].join(' ')} failed with exit code ${exitCode}:\n${said}`);
  }
  return stdout;
}

function onLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = '';
  stream.on('data', (chunk: Buffer | string) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    lines.filter((line) => line.trim() !== '').forEach(onLine);
  });
}
