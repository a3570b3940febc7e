export interface BucketOptions {
  /** What may be taken at once. */
  readonly burst: number;
  /** What comes back a second. */
  readonly perSecond: number;
  /** Most buckets kept; beyond it the one not used for the longest is forgotten. @default 10000 */
  readonly most?: number;
  /** Monotonic milliseconds. @default performance.now */
  readonly now?: () => number;
}

/** A token bucket for each key, in bounded memory: a bucket that is full again need not be kept. */
export class TokenBuckets {
  private readonly buckets = new Map<string, { left: number; at: number }>();
  private readonly most: number;
  private readonly now: () => number;

  constructor(private readonly options: BucketOptions) {
    this.most = options.most ?? 10_000;
    this.now = options.now ?? (() => performance.now());
  }

  /**
   * Takes from a bucket, into the red where it does not hold as much.
   * @returns 0, or for an empty bucket, from which nothing is taken, the milliseconds until there is one token again.
   */
  take(key: string, amount = 1): number {
    const waitMs = this.wait(key);
    if (waitMs === 0) this.keep(key, this.level(key) - amount);
    return waitMs;
  }

  /** The milliseconds until there is a token; 0 where there is one. */
  wait(key: string): number {
    const left = this.level(key);
    return left < 1 ? Math.ceil(((1 - left) / this.options.perSecond) * 1000) : 0;
  }

  giveBack(key: string, amount = 1): void {
    this.keep(key, this.level(key) + amount);
  }

  get size(): number {
    return this.buckets.size;
  }

  private level(key: string): number {
    const { burst, perSecond } = this.options;
    const bucket = this.buckets.get(key);
    if (!bucket) return burst;
    return Math.min(burst, bucket.left + ((this.now() - bucket.at) / 1000) * perSecond);
  }

  private keep(key: string, left: number): void {
    this.buckets.delete(key);
    if (left >= this.options.burst) return;
    this.buckets.set(key, { left, at: this.now() });
    if (this.buckets.size <= this.most) return;
    const [oldest] = this.buckets.keys();
    if (oldest !== undefined) this.buckets.delete(oldest);
  }
}
