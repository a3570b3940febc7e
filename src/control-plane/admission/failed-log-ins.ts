import { RequestError } from '../errors';
import { TokenBuckets, type BucketOptions } from './token-buckets';

/** How a log-in ended; one that could not be checked has not. */
export type LogInResult = 'ok' | 'refused' | 'slowed';

type Told = (result: LogInResult) => Promise<void> | void;

/**
 * Slows down whoever fails to log in again and again. A try takes a token and gets it back when it succeeds, so that tries
 * at the same moment count, too, and success costs nothing.
 */
export class FailedLogIns {
  private readonly buckets: TokenBuckets;

  constructor(options: BucketOptions) {
    this.buckets = new TokenBuckets(options);
  }

  /** @throws RequestError `too-many-requests` for somebody who may not try now */
  check(who: string): void {
    const waitMs = this.buckets.wait(who);
    if (waitMs > 0) throw tooMany(waitMs);
  }

  /**
   * @throws RequestError `too-many-requests` without trying; what `prove` refuses counts as a failure, as undefined and false
   * do. Where it could not find out, nobody has failed.
   */
  async attempt<T>(who: string, prove: () => T | Promise<T>, told: Told = () => undefined): Promise<T> {
    const waitMs = this.buckets.take(who);
    if (waitMs > 0) {
      await told('slowed');
      throw tooMany(waitMs);
    }
    let proved: T;
    try {
      proved = await prove();
    } catch (error) {
      if (error instanceof RequestError && error.code === 'unauthorized') await told('refused');
      else this.buckets.giveBack(who);
      throw error;
    }
    const hasFailed = proved === undefined || proved === false;
    if (!hasFailed) this.buckets.giveBack(who);
    await told(hasFailed ? 'refused' : 'ok');
    return proved;
  }
}

function tooMany(waitMs: number): RequestError {
  const seconds = Math.ceil(waitMs / 1000);
  const message = `too many failed log-ins from this address: try again in ${seconds} s`;
  return new RequestError('too-many-requests', message, seconds);
}
