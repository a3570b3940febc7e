import { decodeJwt, decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from 'jose';
import { RequestError } from '../errors';
import type { IssuerKeys } from './issuer-keys';
import { matchesSubject, type OidcTrust } from './oidc-trust';

/** How far the clock of an issuer may be off. */
export const OIDC_CLOCK_TOLERANCE_SECONDS = 60;

/** Signatures by a key pair: of one that is shared, the public key could be taken for the secret. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

const MOST_CHARACTERS = 7_000;
const MOST_SUBJECT = 500;

/** Checks tokens that stand for the secret of an API key. */
export class OidcTokens {
  constructor(
    private readonly keys: IssuerKeys,
    private readonly now: () => number,
  ) {}

  /**
   * @throws RequestError `unauthorized` with why a token is refused; `unavailable` while the keys of its issuer cannot be had
   */
  async check(trust: OidcTrust, token: string): Promise<void> {
    // Only for what could be good is anything fetched.
    this.checkClaims(trust, claimsOf(token));
    try {
      await this.verify(trust, token, await this.keysOf(trust));
    } catch (error) {
      if (error instanceof RequestError) throw error;
      const newer = error instanceof errors.JWKSNoMatchingKey ? await this.keys.newer(trust) : undefined;
      if (!newer) throw refused(reasonOf(error));
      await this.verify(trust, token, newer).catch((failure: unknown) => {
        throw refused(reasonOf(failure));
      });
    }
  }

  private async keysOf(trust: OidcTrust) {
    try {
      return await this.keys.of(trust);
    } catch (error) {
      const message = 'the keys of the issuer of this API key cannot be had now: the log of the control plane says why';
      throw new RequestError('unavailable', message, undefined, { cause: error });
    }
  }

  private async verify(trust: OidcTrust, token: string, keys: Awaited<ReturnType<IssuerKeys['of']>>): Promise<void> {
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ALGORITHMS,
      issuer: trust.issuer,
      audience: trust.clientId,
      currentDate: new Date(this.now()),
      clockTolerance: OIDC_CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ['exp', 'sub'],
    });
    this.checkClaims(trust, payload);
  }

  private checkClaims({ issuer, clientId, subjectExpression }: OidcTrust, { iss, aud, sub, exp }: JWTPayload): void {
    if (iss !== issuer) throw refused('it is of another issuer than the API key names');
    if (!(Array.isArray(aud) ? aud : [aud]).includes(clientId)) {
      throw refused('its audience is not the client id of the API key');
    }
    if (typeof sub !== 'string' || sub.length > MOST_SUBJECT || !matchesSubject(subjectExpression, sub)) {
      throw refused('its subject does not match the expression of the API key');
    }
    if (typeof exp !== 'number') throw refused('it never ends: it has no exp');
    if (exp + OIDC_CLOCK_TOLERANCE_SECONDS <= this.now() / 1000) throw refused('it has expired: get a fresh one');
  }
}

/** By a stranger's word. */
function claimsOf(token: string): JWTPayload {
  if (token.length > MOST_CHARACTERS) throw refused(`it is longer than ${MOST_CHARACTERS} characters`);
  try {
    const { alg = '' } = decodeProtectedHeader(token);
    const claims = decodeJwt(token);
    if (ALGORITHMS.includes(alg)) return claims;
  } catch {
    throw refused('it is no JWT');
  }
  throw refused('its algorithm is not one of a key pair, such as RS256');
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'it has expired: get a fresh one';
  if (error instanceof errors.JWTClaimValidationFailed) return `its claim ${error.claim} is not in order`;
  if (error instanceof errors.JWKSNoMatchingKey) return 'its issuer has no such key';
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'it does not say which key of its issuer signed it';
  return 'its signature is not in order';
}

function refused(why: string): RequestError {
  return new RequestError('unauthorized', `unauthorized: the OIDC token is refused: ${why}`);
}
