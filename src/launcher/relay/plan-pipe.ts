import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { PlanChanges } from '../../protocol/messages';
import { sleep, type Clock } from '../../time';
import { FILE, readSmall } from '../exchange';
import type { Mask } from './mask';
import { PlanSummary } from './plan-summary';

const AT_ONCE = 64 * 1024;
/** A pipe holds as much as is read at once, so that its writer waits no longer than this. */
const PAUSE_MS = 10;

/** The changes of a plan, or why there is no list of them. */
export type PlanRead = { readonly changes: PlanChanges } | { readonly why: string };

/**
 * The reading end of the FIFO into which the tool writes its plan as JSON. A plan holds values of every kind: it lies on no disk
 * here, and nothing of it is kept but what the summary has. Opened once, before the worker starts, so that exchanging the file
 * later changes nothing.
 */
export class PlanPipe {
  private reading: Promise<PlanRead> | undefined;
  private isOver = false;

  private constructor(
    private readonly descriptor: number,
    private readonly exchange: string,
    private readonly clock: Clock,
  ) {}

  /** Undefined where no plan is to be shown. */
  static open(exchange: string, clock: Clock): PlanPipe | undefined {
    const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
    let descriptor: number;
    try {
      descriptor = openSync(join(exchange, FILE.plan), flags);
    } catch {
      return undefined;
    }
    if (fstatSync(descriptor).isFIFO()) return new PlanPipe(descriptor, exchange, clock);
    closeSync(descriptor);
    return undefined;
  }

  /** Begins to read, and goes on until the worker is gone. */
  begin(mask: Mask): void {
    this.reading ??= this.readAll(new PlanSummary(mask)).catch((error: Error) => ({ why: error.message }));
  }

  /** The worker is gone: nothing more will come. */
  async end(): Promise<PlanRead | undefined> {
    this.isOver = true;
    return this.reading;
  }

  close(): void {
    this.isOver = true;
    const close = (): void => closeSync(this.descriptor);
    if (this.reading) this.reading.then(close, close);
    else close();
  }

  private async readAll(summary: PlanSummary): Promise<PlanRead> {
    const bytes = Buffer.allocUnsafe(AT_ONCE);
    for (;;) {
      // Asked before the look, so that nothing is missed.
      const wasOver = this.isOver;
      const length = this.readNow(bytes);
      if (length > 0) {
        summary.add(bytes.subarray(0, length));
        await setImmediate();
      } else if (wasOver) break;
      else await sleep(this.clock, PAUSE_MS);
    }
    const { result: changes } = summary;
    if (changes) return { changes };
    const code = await readSmall(this.exchange, FILE.planExit);
    const ended = code === undefined ? 'did not end' : `ended with exit code ${code}`;
    return { why: `the command that shows the plan ${ended}` };
  }

  private readNow(bytes: Buffer): number {
    try {
      return readSync(this.descriptor, bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      return 0;
    }
  }
}
