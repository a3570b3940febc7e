import type { Clock } from '../../time';
import type { CallError } from '../client';

/** How long after the end of its worker a run that the control plane does not know is still told of. */
export const TOLD_FOR_MS = 10 * 60_000;

/**
 * A control plane that was restored from a backup may not know a run that goes on: the run is not stopped for that, and
 * what is to be told of it is kept, until some time after its worker has ended.
 */
export class UnknownRun {
  private until = Infinity;

  constructor(private readonly clock: Clock) {}

  workerIsGone(): void {
    this.until = this.clock.monotonic() + TOLD_FOR_MS;
  }

  isToleratedAfter(error: CallError): boolean {
    return error.kind === 'not-found' && this.clock.monotonic() < this.until;
  }
}
