import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { expect } from '@jest/globals';
import { signPoolJwt } from '../../../src/protocol/auth';
import type { Caller, Waited } from './another-caller.worker';
import type { ControlPlaneApart } from './apart/control-plane-apart';
import { BareServer } from './bare-server';
import type { TestPool } from './control-plane';

/** What another waits at most, in milliseconds. */
const ANOTHER_WAITS_MS = 250;

/** Or so many times as long as a server that does nothing makes one wait at the same time, on a machine that is busy. */
const BARE_TIMES = 4;

/** Pauses before it is done again: what holds up others does so each time, and a machine is busy for a while. */
const AGAIN_AFTER_MS = [0, 500, 1_000, 2_000, 4_000, 8_000];

/** @returns the first result of the work, where `excess` of it or of a later time is below 0 */
export async function atLeastOnce<T>(work: () => Promise<{ readonly excess: number; readonly result: T }>): Promise<T> {
  const first = await work();
  const found = [first.excess];
  for (const afterMs of AGAIN_AFTER_MS) {
    if (found.at(-1)! < 0) break;
    await pause(afterMs);
    found.push((await work()).excess);
  }
  // All of them, for whoever has to find out why.
  expect({ found, best: Math.min(...found) < 0 }).toEqual({ found, best: true });
  return first.result;
}

/** A pool that behaves, and what it has to wait while somebody else does not. */
export class AnotherCaller {
  private readonly bare = new BareServer();

  private constructor(private readonly thread: Worker) {}

  static async open(
    { url, pid }: Pick<ControlPlaneApart, 'url' | 'pid'>,
    { id, token, privateKeyPem }: TestPool,
  ): Promise<AnotherCaller> {
    const jwt = await signPoolJwt({ poolId: id, certificate: token.certificate, privateKeyPem });
    const thread = new Worker(resolve('test/control-plane/support/another-caller.worker.ts'), {
      execArgv: ['--import', 'tsx'],
      workerData: { url, ca: token.ca, jwt, pid } satisfies Caller,
    });
    const another = new AnotherCaller(thread);
    // What is compiled when it is first used is not what others make it wait for.
    await another.waitedDuring(() => Promise.resolve());
    return another;
  }

  /** Does it again where that was slow. */
  waitsLittleDuring<T>(work: () => Promise<T>): Promise<T> {
    return atLeastOnce(() => this.excessDuring(work));
  }

  /** By how much it waits too long, in milliseconds; below 0 where it does not. */
  private async excessDuring<T>(work: () => Promise<T>): Promise<{ readonly excess: number; readonly result: T }> {
    await this.bare.slowest();
    const { waited, result } = await this.waitedDuring(work);
    expect(waited.statuses).toEqual([200]);
    return { excess: waited.slowestMs - Math.max(ANOTHER_WAITS_MS, BARE_TIMES * (await this.bare.slowest())), result };
  }

  private async waitedDuring<T>(work: () => Promise<T>): Promise<{ readonly waited: Waited; readonly result: T }> {
    const told = once(this.thread, 'message') as Promise<[Waited]>;
    told.catch(() => undefined);
    // Before the work: what that holds up first counts as well.
    this.thread.postMessage('begin');
    const result = await work().finally(() => this.thread.postMessage('end'));
    const [waited] = await told;
    return { waited, result };
  }

  async close(): Promise<void> {
    await Promise.all([this.thread.terminate(), this.bare.close()]);
  }
}
