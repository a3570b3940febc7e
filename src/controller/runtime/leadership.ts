/** What a client asks of whoever lets it act. */
export interface Permit {
  /** Ends every request that was begun under it. */
  readonly signal: AbortSignal;
  /** Whether a request that changes something may be sent at this moment. */
  readonly held: boolean;
}

/** Who says whether we lead: an elector. */
export interface Candidate {
  readonly isLeader: boolean;
  readonly term: number | undefined;
}

/**
 * The right to act. With an election it is held while the Lease is, by our own clock, so that a process that was stopped
 * for a while does not go on as if nothing had happened; without one, until the end.
 */
export class Leadership implements Permit {
  private readonly ending = new AbortController();
  private candidate: Candidate | undefined;

  get signal(): AbortSignal {
    return this.ending.signal;
  }

  get held(): boolean {
    return !this.ending.signal.aborted && (this.candidate?.isLeader ?? true);
  }

  /** Counts the leaders, so that others can tell a former one from the present one; undefined without an election. */
  get term(): number | undefined {
    return this.candidate?.term;
  }

  /** From now on it is held while the candidate leads. */
  dependOn(candidate: Candidate): void {
    this.candidate = candidate;
  }

  /** For good. */
  end(): void {
    this.ending.abort();
  }
}
