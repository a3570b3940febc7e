import type { Readable } from 'node:stream';
import { RequestError } from '../errors';
import { LIMIT, SMALL_BODY_BYTES } from '../limits';
import type { InFlight } from './in-flight';
import { JsonMeter, textOf } from './json-meter';

export interface BodyLimits {
  /** Whose share of the memory it takes. */
  readonly who: string;
  /** Most bytes. */
  readonly most: number;
  /** Whether it is measured as JSON. @default true */
  readonly isJson?: boolean;
  /** @default LIMIT.bodyMs */
  readonly withinMs?: number;
}

const FIRST_BYTES = 4 * 1024;
const NOTHING = Buffer.alloc(0);

/**
 * Reads a body, usually JSON, that has a limit, in bytes, in names and values, and in time; one that breaks it is not read any further. One above
 * SMALL_BODY_BYTES takes, while it comes in, its part of what all such bodies may take.
 *
 * @throws RequestError `too-large`, `timeout`, `too-many-requests`, or `malformed` where it nests too deep, or breaks off
 */
export async function readBytes(body: Readable, inFlight: InFlight, limits: BodyLimits): Promise<Buffer<ArrayBuffer>> {
  const held = new HeldBody(inFlight, limits);
  try {
    await new Promise<void>((resolve, reject) => {
      const { withinMs = LIMIT.bodyMs } = limits;
      const refuse = (error: Error) => {
        stop();
        body.pause();
        reject(error);
      };
      const late = () => refuse(new RequestError('timeout', `the body did not come within ${withinMs / 1000} s`));
      const timer = setTimeout(late, withinMs);
      const take = (piece: Buffer) => {
        try {
          held.add(piece);
        } catch (error) {
          refuse(error as Error);
        }
      };
      const end = () => {
        stop();
        resolve();
      };
      const broken = () => refuse(new RequestError('malformed', 'the connection broke off in the body'));
      const stop = () => {
        clearTimeout(timer);
        body.off('data', take).off('end', end).off('close', broken);
      };
      // Stays: what breaks later must not end the process.
      body.on('error', broken);
      body.on('data', take).on('end', end).on('close', broken);
      if (body.readableEnded) end();
      else if (body.destroyed) broken();
    });
    return held.content();
  } finally {
    held.free();
  }
}

/** The same, of text. @throws RequestError `malformed` for what is none */
export async function readBody(body: Readable, inFlight: InFlight, limits: BodyLimits): Promise<string> {
  return textOf(await readBytes(body, inFlight, limits));
}

/** One buffer that grows: pieces of a byte each would take a hundred times their size. */
class HeldBody {
  private buffer = Buffer.allocUnsafe(FIRST_BYTES);
  private bytes = 0;
  private readonly meter = new JsonMeter();
  private readonly shares: (() => void)[] = [];

  constructor(
    private readonly inFlight: InFlight,
    private readonly limits: BodyLimits,
  ) {}

  add(piece: Buffer): void {
    const { most } = this.limits;
    const bytes = this.bytes + piece.length;
    if (bytes > most) throw new RequestError('too-large', `the body is larger than ${most} bytes`);
    if (this.limits.isJson ?? true) this.meter.add(piece);
    if (bytes > this.buffer.length) this.grow(Math.max(bytes, Math.min(most, 2 * this.buffer.length)));
    piece.copy(this.buffer, this.bytes);
    this.bytes = bytes;
  }

  private grow(size: number): void {
    if (size > SMALL_BODY_BYTES) {
      const more = size - (this.buffer.length > SMALL_BODY_BYTES ? this.buffer.length : 0);
      const busy = 'too much is being sent at once';
      this.shares.push(
        this.inFlight.enter(`bodies of ${this.limits.who}`, LIMIT.callerBodiesInMemory, busy, more),
        this.inFlight.enter('bodies', LIMIT.bodiesInMemory, busy, more),
      );
    }
    const grown = Buffer.allocUnsafe(size);
    this.buffer.copy(grown, 0, 0, this.bytes);
    this.buffer = grown;
  }

  content(): Buffer<ArrayBuffer> {
    return this.buffer.subarray(0, this.bytes);
  }

  /** Whoever listens to the request still has this, for as long as the request is being answered. */
  free(): void {
    this.buffer = NOTHING;
    for (const giveBack of this.shares) giveBack();
  }
}
