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

/**
 * Checks proofs of pools against certificates, and each only once: clients send the same one for minutes. That a proof is
 * good is known of the certificate that it was checked against, so that a pool that was reset has none.
 */
export class VerifiedProofs {
  /** Until when a proof is good, in milliseconds since the epoch; the one that is known for the longest first. */
  private readonly ends = new Map<string, number>();
  private readonly keys = new Map<string, KeyObject>();

  /** Until when a proof is good. @throws an error of `jose` for one that is not in order */
  async verify(jwt: string, { certificate, fingerprint }: Certified, now: number): Promise<number> {
    const { payload } = await jwtVerify(jwt, this.keyOf(certificate, fingerprint), {
      audience: POOL_AUDIENCE,
      currentDate: new Date(now),
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ['exp', 'iat'],
      maxTokenAge: LONGEST_PROOF_SECONDS,
    });
    const { exp = 0, iat = 0 } = payload;
    const endsAt = Math.min(exp, iat + LONGEST_PROOF_SECONDS) + CLOCK_TOLERANCE_SECONDS;
    keep(this.ends, nameOf(jwt, fingerprint), endsAt * 1000, MOST.proofs);
    return endsAt * 1000;
  }

  /** The same of one that was verified before; undefined for others, and where it has ended since. */
  goodUntil(jwt: string, { fingerprint }: Certified, now: number): number | undefined {
    const endsAt = this.ends.get(nameOf(jwt, fingerprint)) ?? 0;
    return now < endsAt ? endsAt : undefined;
  }

  private keyOf(certificate: string, fingerprint: string): KeyObject {
    const known = this.keys.get(fingerprint);
    if (known) return known;
    const { publicKey } = new X509Certificate(certificate);
    keep(this.keys, fingerprint, publicKey, MOST.keys);
    return publicKey;
  }
}

function nameOf(jwt: string, fingerprint: string): string {
  return createHash('sha256').update(`${fingerprint} ${jwt}`).digest('base64');
}

/** Forgets the oldest where there are too many. */
function keep<T>(map: Map<string, T>, key: string, value: T, most: number): void {
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}
