import { VerifiedProofs } from './verified-proofs';

/** How the signatures of pools are checked. */
export interface ProofCheck {
  /** What was checked before. */
  readonly verified: VerifiedProofs;
  /** Carries out a check that may fail, for a pool or for one that is not known (''). @throws RequestError after too many */
  readonly attempt: <T>(poolId: string, prove: () => T | Promise<T>) => Promise<T>;
}

/** Counts tries that fail. */
export interface FailureCount {
  /** @throws RequestError `too-many-requests` without trying */
  attempt<T>(who: string, prove: () => T | Promise<T>): Promise<T>;
}

/**
 * One for all doors of a control plane: what was verified at one is known at the others, and who was refused too often at one
 * is refused at the others.
 */
export class ProofChecks {
  private readonly verified = new VerifiedProofs();

  constructor(private readonly failures: FailureCount) {}

  /** Failures count for the pool and the address: they are not in the way of its other clusters, nor of other pools there. */
  from(address: string): ProofCheck {
    return {
      verified: this.verified,
      attempt: (poolId, prove) => this.failures.attempt(`${address} ${poolId}`, prove),
    };
  }
}
