import { execFile } from 'node:child_process';
import { PolicyError } from './policy-error';

/** What a policy may take of time and memory. */
export interface PolicyLimits {
  /** For each of the two or three times that OPA is started. */
  readonly withinMs: number;
  /** Address space of the process, of which Go takes half a GiB without using it. */
  readonly addressSpaceKiB: number;
}

export const POLICY_WITHIN_MS = 30_000;
export const POLICY_LIMITS: PolicyLimits = { withinMs: POLICY_WITHIN_MS, addressSpaceKiB: 1024 * 1024 };

/** Most that OPA may print: a policy's messages, or its syntax tree. */
const LARGEST_OUTPUT = 16 * 1024 * 1024;

export interface OpaError {
  readonly message: string;
  readonly code?: string;
  readonly location?: { readonly file: string; readonly row: number; readonly col: number };
}

export type OpaAnswer =
  | { readonly kind: 'answer'; readonly json: unknown }
  | { readonly kind: 'errors'; readonly errors: readonly OpaError[] };

/** The program, as often as a policy needs it. */
export class Opa {
  constructor(
    private readonly program: string,
    private readonly limits: PolicyLimits,
    private readonly signal: AbortSignal,
  ) {}

  /** @throws PolicyError when OPA cannot be started, takes too long or too much memory, or says nothing of use */
  async run(args: readonly string[], input = ''): Promise<OpaAnswer> {
    const { stdout, stderr, error } = await this.execute(args, input);
    // `opa parse` tells its errors there.
    const json = parsed(stdout) ?? parsed(stderr);
    const errors = (json as { errors?: OpaError[] } | undefined)?.errors;
    if (errors && errors.length > 0) return { kind: 'errors', errors };
    if (error === null && json !== undefined) return { kind: 'answer', json };
    throw this.explained(error, stderr);
  }

  private execute(args: readonly string[], input: string): Promise<Ended> {
    const { withinMs, addressSpaceKiB } = this.limits;
    // Nothing of this process' own environment is a policy's business.
    const env = { PATH: '/usr/bin:/bin', HOME: '/nonexistent', GOMEMLIMIT: `${Math.floor(addressSpaceKiB / 4)}KiB` };
    const script = `ulimit -v ${addressSpaceKiB} && exec "$0" "$@"`;
    return new Promise((resolve) => {
      const child = execFile(
        '/bin/sh',
        ['-c', script, this.program, ...args],
        { env, cwd: '/', timeout: withinMs, killSignal: 'SIGKILL', maxBuffer: LARGEST_OUTPUT, signal: this.signal },
        (error, stdout, stderr) => resolve({ error, stdout, stderr }),
      );
      // It may have ended without reading.
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(input);
    });
  }

  private explained(error: Failure | null, stderr: string): Error {
    this.signal.throwIfAborted();
    if (error?.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return new PolicyError('It says more than 16 MiB.');
    if (error?.killed) return new PolicyError(`It took longer than ${this.limits.withinMs / 1000} s.`);
    if (error?.code === 126 || error?.code === 127) {
      return new PolicyError(
        `The launcher image has no OPA at ${this.program} that can be started: give the pool an image that has it.`,
      );
    }
    if (/out of memory|cannot allocate memory/.test(stderr)) {
      return new PolicyError(`It needs more than ${this.limits.addressSpaceKiB / 1024} MiB of memory.`);
    }
    const said = stderr.trim().split('\n', 1)[0] ?? '';
    return new PolicyError(`OPA ended without an answer (${error?.code ?? error?.signal ?? 0}): ${said.slice(0, 300)}`);
  }
}

type Failure = Error & { readonly code?: string | number | null; readonly killed?: boolean; readonly signal?: string };

interface Ended {
  readonly error: Failure | null;
  readonly stdout: string;
  readonly stderr: string;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
