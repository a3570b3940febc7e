import { closeSync, constants, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { FILE } from '../exchange';

/**
 * The reading end of the FIFO that the shim holds open while it lives: the kernel closes the other end whatever the
 * shim dies of. Opened once, before the worker starts, so that exchanging the file later changes nothing.
 */
export class WorkerAlive {
  private readonly descriptor: number;
  private wasSeen = false;

  constructor(exchange: string) {
    const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
    this.descriptor = openSync(join(exchange, FILE.workerAlive), flags);
  }

  /** Whether anybody holds the writing end. */
  check(): boolean {
    const bytes = Buffer.alloc(256);
    try {
      while (readSync(this.descriptor, bytes) > 0) this.wasSeen = true;
      return false;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      this.wasSeen = true;
      return true;
    }
  }

  /** Whether somebody held it once and does not any more. */
  isGone(): boolean {
    return !this.check() && this.wasSeen;
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
