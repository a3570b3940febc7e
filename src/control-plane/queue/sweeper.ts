import type { QueueContext } from './context';
import { moveLeaseClock } from './lease-clock';
import { PoolSampler, thinSamples } from './pool-samples';
import { RETENTION_MS, retain } from './retention';
import { sweep } from './sweep';

/** Moves the lease clock on and sweeps, at a steady pace, one after the other. */
export class Sweeper {
  private cancelTimer: () => void = () => undefined;
  private readonly sampler: PoolSampler;
  private retainedAt: number;
  private underWay: Promise<void> = Promise.resolve();
  private isBusy = false;

  constructor(
    private readonly context: QueueContext,
    private readonly everyMs: number,
  ) {
    this.sampler = new PoolSampler(context);
    this.retainedAt = context.clock.monotonic();
    this.arm();
  }

  private arm(): void {
    this.cancelTimer = this.context.clock.setTimer(this.everyMs, () => {
      this.arm();
      this.tick();
    });
  }

  private tick(): void {
    if (this.isBusy) return;
    this.isBusy = true;
    this.underWay = this.work()
      .catch((error: unknown) => this.context.logger.error({ err: error }, 'sweep failed; it is tried again'))
      .finally(() => (this.isBusy = false));
  }

  private async work(): Promise<void> {
    if (await sweepOnce(this.context, this.everyMs)) await this.sampler.sample();
    const now = this.context.clock.monotonic();
    if (now - this.retainedAt < RETENTION_MS) return;
    this.retainedAt = now;
    await retain(this.context);
    await thinSamples(this.context);
  }

  async stop(): Promise<void> {
    this.cancelTimer();
    await this.underWay;
  }
}

/** Nothing, when another process has just done it. @returns whether it was done here */
export async function sweepOnce(context: QueueContext, everyMs: number): Promise<boolean> {
  const reading = await moveLeaseClock(context, everyMs);
  if (reading === undefined) return false;
  await sweep(context, reading);
  return true;
}
