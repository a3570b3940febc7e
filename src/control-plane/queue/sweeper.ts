import type { QueueContext } from './context';
import { sweep } from './sweep';

/** A sweep that is so much too late, or too early, was made so by a pause of the process or by a clock that was set. */
const ODD_MS = 10_000;

/** Sweeps at a steady pace, and notices when time itself was not steady. */
export class Sweeper {
  private lastAt: number;

  constructor(
    private readonly context: QueueContext,
    private readonly everyMs: number,
  ) {
    this.lastAt = context.now();
  }

  /** Called every `everyMs`. */
  tick(): void {
    const { now, leases, logger } = this.context;
    const oddMs = now() - this.lastAt - this.everyMs;
    this.lastAt = now();
    if (Math.abs(oddMs) >= ODD_MS) {
      leases.forgive(oddMs);
      logger.warn(
        { milliseconds: oddMs },
        'the control plane stood still, or its clock was set: leases go on as before',
      );
    }
    try {
      sweep(this.context);
    } catch (error) {
      logger.error({ err: error }, 'sweep failed; it is tried again');
    }
  }
}
