import { once } from 'node:events';
import { resolve } from 'node:path';
import { Worker } from 'node:worker_threads';

/**
 * What this machine takes for the least that there is to do: a server that does nothing, in a thread of its own, and one
 * who asks it. It is slow only where the machine has no time for this process.
 */
export class BareServer {
  private readonly thread = new Worker(resolve('test/control-plane/support/bare-server.worker.ts'), {
    execArgv: ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'],
  });

  /** Milliseconds of its slowest answer since this was last called. */
  async slowest(): Promise<number> {
    this.thread.postMessage('');
    const [slowest] = (await once(this.thread, 'message')) as [number];
    return slowest;
  }

  async close(): Promise<void> {
    await this.thread.terminate();
  }
}
