import { certificateFingerprint } from '../../protocol/auth';
import { encodeToken } from '../../protocol/token';
import type { Authority } from '../pki/authority';
import { readSigningRequest } from '../pki/csr';
import type { PoolRecord } from '../store/records';

/** Turns a signing request into a pool's certificate and token. */
export class PoolIssuer {
  constructor(
    private readonly authority: Authority,
    /** Known only once the server listens. */
    private readonly endpoints: () => { readonly endpoint: string; readonly mqtt: string; readonly ca: string },
  ) {}

  /** @throws RequestError `malformed` for a signing request that cannot be used. */
  async issue(
    poolId: string,
    signingRequest: string,
  ): Promise<Pick<PoolRecord, 'config' | 'certificate' | 'fingerprint'>> {
    const publicKey = await readSigningRequest(signingRequest);
    const certificate = await this.authority.signPool(poolId, publicKey);
    const config = encodeToken({ version: 1, poolId, ...this.endpoints(), certificate });
    return { config, certificate, fingerprint: certificateFingerprint(certificate) };
  }
}
