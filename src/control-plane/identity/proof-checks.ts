import { VerifiedProofs } from './verified-proofs';

/** How the signatures of pools are checked. */
export interface ProofCheck {
  /** What was checked before. */
  readonly verified: VerifiedProofs;
  /** Carries out a check that may fail, for a pool or for one that is not known (''). @throws RequestError after too many */
  readonly attempt: <T>(poolId: string, prove: () => T | Promise<T>) => Promise<T>;
}

/** By which a pool speaks: over HTTP, or over MQTT. */
type Way = 'pool' | 'mqtt';

type Result = 'ok' | 'refused' | 'slowed';

/** Counts tries that fail. */
export interface FailureCount {
  /** @throws RequestError `too-many-requests` without trying */
  attempt<T>(who: string, prove: () => T | Promise<T>, told: (result: Result) => void): Promise<T>;
}

/**
 * One for all doors of a control plane: what was verified at one is known at the others, and who was refused too often at one
 * is refused at the others.
 */
export class ProofChecks {
  private readonly verified = new VerifiedProofs();

  /** @param told how each proof ended that was checked; one that was found good before is not checked */
  constructor(
    private readonly failures: FailureCount,
    private readonly told: (way: Way, result: Result) => void = () => undefined,
  ) {}

  /** Failures count for the pool and the address: they are not in the way of its other clusters, nor of other pools there. */
  from(address: string, way: Way): ProofCheck {
    const told = (result: Result): void => this.told(way, result);
    return {
      verified: this.verified,
      attempt: (poolId, prove) => this.failures.attempt(`${address} ${poolId}`, prove, told),
    };
  }
}
