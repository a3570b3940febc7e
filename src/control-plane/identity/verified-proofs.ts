import { createHash, X509Certificate, type KeyObject } from 'node:crypto';
import { jwtVerify } from 'jose';
import { POOL_AUDIENCE } from '../../protocol/auth';

const CLOCK_TOLERANCE_SECONDS = 60;
/** However late a proof says that it ends. */
const LONGEST_PROOF_SECONDS = 600;
const MOST = { proofs: 20_000, keys: 2_000 };

/** A pool's certificate, and the fingerprint that names it. */
interface Certified {
  readonly certificate: string;
  readonly fingerprint: string;
}

/** What a proof that was checked says. */
interface Verified {
  readonly poolId: string;
  /** The fingerprint of the certificate that it was checked against. */
  readonly kid: string;
  /** Until when it is good, in milliseconds since the epoch. */
  readonly endsAt: number;
}

/**
 * Checks proofs of pools against certificates, and each only once: clients send the same one for minutes. That a proof is
 * good is known of the certificate that it was checked against, so that a pool that was reset has none.
 */
export class VerifiedProofs {
  /** The one that is known for the longest first. */
  private readonly proofs = new Map<string, Verified>();
  private readonly keys = new Map<string, KeyObject>();

  /** Until when a proof is good. @throws an error of `jose` for one that is not in order */
  async verify(jwt: string, poolId: string, { certificate, fingerprint }: Certified, now: number): Promise<number> {
    const { payload } = await jwtVerify(jwt, this.keyOf(certificate, fingerprint), {
      audience: POOL_AUDIENCE,
      currentDate: new Date(now),
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ['exp', 'iat'],
      maxTokenAge: LONGEST_PROOF_SECONDS,
    });
    const { exp = 0, iat = 0 } = payload;
    const endsAt = (Math.min(exp, iat + LONGEST_PROOF_SECONDS) + CLOCK_TOLERANCE_SECONDS) * 1000;
    keep(this.proofs, nameOf(jwt), { poolId, kid: fingerprint, endsAt }, MOST.proofs);
    return endsAt;
  }

  /** What is known of one that was verified before, whether or not it has ended since. */
  known(jwt: string): Verified | undefined {
    return this.proofs.get(nameOf(jwt));
  }

  private keyOf(certificate: string, fingerprint: string): KeyObject {
    const known = this.keys.get(fingerprint);
    if (known) return known;
    const { publicKey } = new X509Certificate(certificate);
    keep(this.keys, fingerprint, publicKey, MOST.keys);
    return publicKey;
  }
}

function nameOf(jwt: string): string {
  return createHash('sha256').update(jwt).digest('base64');
}

/** Forgets the oldest where there are too many. */
function keep<T>(map: Map<string, T>, key: string, value: T, most: number): void {
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}
