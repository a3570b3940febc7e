import { X509Certificate } from 'node:crypto';
import { certificateFingerprint } from '../../protocol/auth';
import { encodeToken } from '../../protocol/token';
import { encodeVcsAgentToken } from '../../protocol/vcs-agents';
import type { Authority } from '../pki/authority';
import { readSigningRequest } from '../pki/csr';
import type { PoolRecord } from '../store/records';

/** Whether two certificates are of the same key. */
export function haveSameKey(onePem: string, otherPem: string): boolean {
  const [one, other] = [onePem, otherPem].map((pem) => new X509Certificate(pem).publicKey);
  return one!.equals(other!);
}

/** Makes the certificates of pools from signing requests, and their tokens. */
export class PoolIssuer {
  constructor(
    private readonly authority: Authority,
    /** Known only once the server listens. */
    private readonly endpoints: () => { readonly endpoint: string; readonly mqtt: string; readonly ca: string },
  ) {}

  /** @throws RequestError `malformed` for a signing request that cannot be used. */
  async issue(poolId: string, signingRequest: string): Promise<Pick<PoolRecord, 'certificate' | 'fingerprint'>> {
    const publicKey = await readSigningRequest(signingRequest);
    const certificate = await this.authority.signPool(poolId, publicKey);
    return { certificate, fingerprint: certificateFingerprint(certificate) };
  }

  /** What agents of a pool of VCS agents are given. */
  vcsAgentToken(poolId: string, secret: string): string {
    const { endpoint, ca } = this.endpoints();
    return encodeVcsAgentToken({ version: 1, poolId, endpoint, ca, secret });
  }

  /** The token of a pool, with the addresses and authorities of today. */
  token({ id, certificate }: Pick<PoolRecord, 'id' | 'certificate'>): string {
    return encodeToken({ version: 1, poolId: id, ...this.endpoints(), certificate });
  }
}
