import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { ControlPlaneOptions } from '../../../../src/control-plane';
import type { TestPool } from '../control-plane';

export type Ask =
  | { readonly what: 'start'; readonly options: Partial<ControlPlaneOptions> }
  | { readonly what: 'makePool'; readonly name: string }
  | { readonly what: 'held' | 'residentBytes' | 'close' };

export interface Reply {
  readonly result?: unknown;
  readonly error?: string;
}

interface Started {
  readonly url: string;
  readonly mqttUrl: string;
  readonly apiKey: { readonly id: string; readonly secret: string };
}

const PROGRAM = resolve('test/control-plane/support/apart/control-plane.program.ts');

/**
 * A control plane in a process of its own, for tests of how long it makes others wait: the memory of the process of tests is
 * large after some files of tests, and collecting its garbage would hold up a control plane within it.
 */
export class ControlPlaneApart {
  private started!: Started;

  private constructor(private readonly child: ChildProcess) {}

  static async start(options: Partial<ControlPlaneOptions>): Promise<ControlPlaneApart> {
    const apart = new ControlPlaneApart(fork(PROGRAM, { execArgv: ['--import', 'tsx'], serialization: 'advanced' }));
    try {
      apart.started = await apart.ask<Started>({ what: 'start', options });
    } catch (error) {
      await apart.end();
      throw error;
    }
    return apart;
  }

  get url(): string {
    return this.started.url;
  }

  get mqttUrl(): string {
    return this.started.mqttUrl;
  }

  get apiKey(): Started['apiKey'] {
    return this.started.apiKey;
  }

  get pid(): number {
    return this.child.pid!;
  }

  makePool = (name: string): Promise<TestPool> => this.ask({ what: 'makePool', name });

  /** Milliseconds that its event loop was held at once since this was last asked, without those of other programs. */
  held = (): Promise<number> => this.ask({ what: 'held' });

  residentBytes = (): Promise<number> => this.ask({ what: 'residentBytes' });

  async close(): Promise<void> {
    await this.ask({ what: 'close' }).finally(() => this.end());
  }

  private async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }

  private async ask<T>(ask: Ask): Promise<T> {
    const answered = new AbortController();
    const { signal } = answered;
    try {
      const reply = once(this.child, 'message', { signal }) as Promise<[Reply]>;
      const exit = once(this.child, 'exit', { signal }).then(([code, killedBy]): never => {
        throw new Error(`the control plane ended (${code ?? killedBy})`);
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
