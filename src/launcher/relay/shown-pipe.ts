import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { sleep, type Clock } from '../../time';
import { FILE, readSmall } from '../exchange';

const AT_ONCE = 64 * 1024;
/** A pipe holds as much as is read at once, so that its writer waits no longer than this. */
const PAUSE_MS = 10;

/** What was taken of what the tool has shown, or why there is nothing. */
export type Shown<T> = { readonly told: T } | { readonly why: string };

/** Takes of what the tool shows what may leave the Pod. */
export interface Summary<T> {
  add(chunk: Buffer): void;
  /** Once everything has come; undefined when it was not what the tool prints. */
  readonly result: T | undefined;
}

const FILES = {
  plan: { pipe: FILE.plan, exit: FILE.planExit },
  outputs: { pipe: FILE.outputs, exit: FILE.outputsExit },
} as const;

/**
 * The reading end of the FIFO into which the tool writes its plan, or its outputs, as JSON. It holds values of every kind: it
 * lies on no disk here, and nothing of it is kept but what the summary has. Opened once, before the worker starts, so that
 * exchanging the file later changes nothing.
 */
export class ShownPipe<T> {
  private reading: Promise<Shown<T>> | undefined;
  private isOver = false;

  private constructor(
    private readonly descriptor: number,
    private readonly exchange: string,
    private readonly what: keyof typeof FILES,
    private readonly clock: Clock,
  ) {}

  /** Undefined where it is not to be shown. */
  static open<T>(exchange: string, what: keyof typeof FILES, clock: Clock): ShownPipe<T> | undefined {
    const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
    let descriptor: number;
    try {
      descriptor = openSync(join(exchange, FILES[what].pipe), flags);
    } catch {
      return undefined;
    }
    if (fstatSync(descriptor).isFIFO()) return new ShownPipe<T>(descriptor, exchange, what, clock);
    closeSync(descriptor);
    return undefined;
  }

  /** Begins to read, and goes on until the worker is gone. */
  begin(summary: () => Summary<T>): void {
    this.reading ??= this.readAll(summary()).catch((error: Error) => ({ why: error.message }));
  }

  /** The worker is gone: nothing more will come. */
  async end(): Promise<Shown<T> | undefined> {
    this.isOver = true;
    return this.reading;
  }

  close(): void {
    this.isOver = true;
    const close = (): void => closeSync(this.descriptor);
    if (this.reading) this.reading.then(close, close);
    else close();
  }

  private async readAll(summary: Summary<T>): Promise<Shown<T>> {
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
    const code = await readSmall(this.exchange, FILES[this.what].exit);
    const { result: told } = summary;
    if (told) return { told };
    const ended = code === undefined ? 'did not end' : `ended with exit code ${code}`;
    return { why: `the command that shows the ${this.what} ${ended}` };
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
