import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Connection } from '../../../../src/cli/api/connection';
import { usageOf } from '../../../support/program-process';
import type { Finished, Growth, Triggered, Triggering } from './generator';

/** A connection as a message between processes has it, which carries no functions. */
export interface SentConnection extends Omit<Connection, 'secret' | 'session'> {
  readonly secret: string;
}

/** What the bench asks of it; the answer is that of LoadGenerator's method of that name. */
export type Ask =
  | { readonly what: 'open'; readonly folder: string; readonly connection: SentConnection }
  | { readonly what: 'grow'; readonly growth: Growth }
  | { readonly what: 'assign' | 'carryOut'; readonly triggering: Triggering }
  | { readonly what: 'finish' };

export interface Reply {
  readonly result?: unknown;
  readonly error?: string;
}

const PROGRAM = join(import.meta.dirname, 'generator-program.ts');

/** The load generator in a process of its own, so that what it costs is known, and what is measured is not held up by it. */
export class GeneratorProcess {
  private constructor(private readonly child: ChildProcess) {}

  static async start(folder: string, { url, ca, id, secret }: Connection): Promise<GeneratorProcess> {
    const child = fork(PROGRAM, { execArgv: ['--import', 'tsx'] });
    const generator = new GeneratorProcess(child);
    await generator.ask({ what: 'open', folder, connection: { url, ca, id, secret: secret() } });
    return generator;
  }

  grow = (growth: Growth) => this.ask<void>({ what: 'grow', growth });
  assign = (triggering: Triggering) => this.ask<Triggered>({ what: 'assign', triggering });
  finish = () => this.ask<Finished>({ what: 'finish' });
  carryOut = (triggering: Triggering) => this.ask<Triggered>({ what: 'carryOut', triggering });

  /** Since its start; null where the system does not tell. */
  get cpuSeconds(): number | null {
    return usageOf(this.child.pid!).cpuSeconds;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }

  private async ask<T = void>(ask: Ask): Promise<T> {
    const answered = new AbortController();
    try {
      const reply = once(this.child, 'message', { signal: answered.signal }) as Promise<[Reply]>;
      const exit = once(this.child, 'exit', { signal: answered.signal }).then(([code, signal]) => {
        throw new Error(`the load generator ended (${code ?? signal})`);
      });
      this.child.send(ask);
      const [{ result, error }] = await Promise.race([reply, exit]);
      if (error !== undefined) throw new Error(error);
      return result as T;
    } finally {
      answered.abort();
    }
  }
}
