import { createHash } from 'node:crypto';
import { pipeline, Transform, type Readable, type TransformCallback } from 'node:stream';
import { LARGEST_STATE_BYTES } from '../../protocol/messages';
import { RequestError } from '../errors';
import { TopLevel } from './top-level';

const MIB = 1024 * 1024;

/** A state on its way in: counted, hashed, and read as far as it says what it is. */
export class StateContent extends Transform {
  bytes = 0;
  readonly top = new TopLevel();
  private readonly hash = createHash('sha256');

  static of(content: Readable): StateContent {
    // Whoever reads the last stream hears of every failure.
    return pipeline(content, new StateContent(), () => undefined);
  }

  /** Once it has ended. */
  get sha256(): string {
    return (this.digest ??= this.hash.digest('hex'));
  }

  private digest: string | undefined;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.bytes += chunk.length;
    if (this.bytes > LARGEST_STATE_BYTES) {
      done(stateTooLarge());
      return;
    }
    try {
      this.top.add(chunk);
    } catch (error) {
      done(error as Error);
      return;
    }
    this.hash.update(chunk);
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    try {
      this.top.end();
      done();
    } catch (error) {
      done(error as Error);
    }
  }
}

export function stateTooLarge(): RequestError {
  const limit = `${LARGEST_STATE_BYTES / MIB} MiB`;
  return new RequestError(
    'too-large',
    `the state is larger than ${limit}, the most that the control plane keeps: divide the stack, or give it a backend of its own`,
  );
}
