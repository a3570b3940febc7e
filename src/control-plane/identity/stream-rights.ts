/** How often at most a stream that has much to tell asks whether its reader may still read. */
const CHECK_MS = 1_000;

/** Told of when a key or a session of it may have ended. */
export const keyTopic = (keyId: string): string => `key/${keyId}`;

/** What shows that somebody may read, for as long as they do. */
export interface Proof {
  /** What is told of when that may have changed which `isStillValid` says. @default - nothing is */
  readonly topic?: string;
  /** Whether they may still read. */
  readonly isStillValid: () => boolean | Promise<boolean>;
}

/** Whether the reader of a stream may go on reading: rights end while it lasts. */
export class StreamRights {
  private askedAt = -Infinity;

  constructor(private readonly proof: Proof) {}

  /** Before a message: asks once a second. */
  async holdForNow(): Promise<boolean> {
    return performance.now() - this.askedAt < CHECK_MS || this.hold();
  }

  /** Before silence. */
  async hold(): Promise<boolean> {
    this.askedAt = performance.now();
    return this.proof.isStillValid();
  }
}
