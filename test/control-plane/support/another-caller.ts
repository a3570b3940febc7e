import { expect } from '@jest/globals';
import { Agent, request } from 'undici';
import { signPoolJwt } from '../../../src/protocol/auth';
import { ownTime } from '../../support/own-time';
import { BareServer } from './bare-server';
import type { TestPool } from './control-plane';

/** What another waits at most, in milliseconds. */
const ANOTHER_WAITS_MS = 250;

/** Or so many times as long as a server that does nothing makes one wait at the same time, on a machine that is busy. */
const BARE_TIMES = 4;

/** How often the event loop is looked at. */
const SAMPLE_MS = 5;

/**
 * How long this process's event loop was held at once while the work went on, at most. Not what perf_hooks measures: time
 * in which other programs had the processors does not count.
 */
export async function longestHoldDuring(work: Promise<unknown>): Promise<number> {
  let held = 0;
  let last = ownTime();
  const timer = setInterval(() => {
    const now = ownTime();
    held = Math.max(held, now - last - SAMPLE_MS);
    last = now;
  }, SAMPLE_MS);
  await work.finally(() => clearInterval(timer));
  return held;
}

/** A pool that behaves, and what it has to wait while somebody else does not. */
export class AnotherCaller {
  private readonly agent = new Agent();
  private readonly bare = new BareServer();

  constructor(
    private readonly url: string,
    private readonly pool: TestPool,
  ) {}

  /** How long its slowest request took while the work went on, in turn on a new connection and on one that is open. */
  private async slowestDuring(work: Promise<unknown>): Promise<number> {
    const { id, token, privateKeyPem } = this.pool;
    const jwt = await signPoolJwt({ poolId: id, certificate: token.certificate, privateKeyPem });
    let isOver = false;
    const over = work.finally(() => (isOver = true));
    let slowest = 0;
    for (let count = 0; count < 5 || !isOver; count += 1) {
      const before = ownTime();
      const { statusCode, body } = await request(`${this.url}/worker/v1/watch`, {
        method: 'POST',
        dispatcher: this.agent,
        reset: count % 2 === 1,
        headers: { authorization: `Bearer ${jwt}` },
        body: JSON.stringify({ session: 'session', after: 0, waitSeconds: 0 }),
      });
      await body.dump();
      slowest = Math.max(slowest, ownTime() - before);
      expect(statusCode).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await over;
    return slowest;
  }

  /** Does it again where that was slow: what holds up others does so each time, and a busy machine does not. */
  async waitsLittleDuring<T>(work: () => Promise<T>): Promise<T> {
    const first = await this.excessDuring(work);
    let { excess } = first;
    for (let again = 0; again < 6 && excess >= 0; again += 1) ({ excess } = await this.excessDuring(work));
    expect(excess).toBeLessThan(0);
    return first.result;
  }

  /** By how much it waits too long, in milliseconds; below 0 where it does not. */
  private async excessDuring<T>(work: () => Promise<T>): Promise<{ readonly excess: number; readonly result: T }> {
    // Before it begins: what it holds up first counts as well.
    await this.bare.slowest();
    const done = work();
    const slowest = await this.slowestDuring(done);
    const excess = slowest - Math.max(ANOTHER_WAITS_MS, BARE_TIMES * (await this.bare.slowest()));
    return { excess, result: await done };
  }

  async close(): Promise<void> {
    await Promise.all([this.agent.destroy(), this.bare.close()]);
  }
}
