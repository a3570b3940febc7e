import { X509Certificate } from 'node:crypto';
import { RE2JS } from 're2js';
import { RequestError } from '../errors';
import { mayBeFetched } from './issuer-fetch';
import { readKeySet } from './key-set';

/** Whose tokens stand for the secret of an API key. */
export interface OidcTrust {
  /** `iss` of the tokens; its discovery document says where its keys are. */
  readonly issuer: string;
  /** `aud` of the tokens. */
  readonly clientId: string;
  /** What the whole of `sub` must match, as RE2 has it. */
  readonly subjectExpression: string;
  /** The issuer's keys (JWKS as JSON), so that nothing is fetched. */
  readonly jwks: string | null;
  /** Where they are, in place of the discovery document. */
  readonly jwksUrl: string | null;
  /** PEM of authorities that are trusted for what is fetched, beside the usual ones. */
  readonly ca: string | null;
}

export type NewOidcTrust = Pick<OidcTrust, 'issuer' | 'clientId' | 'subjectExpression'> & {
  readonly [K in 'jwks' | 'jwksUrl' | 'ca']?: string | null | undefined;
};

const MOST = { issuer: 500, clientId: 255, expression: 500, jwksUrl: 1_000, documentCharacters: 64 * 1024 };

const ONE_LINE = /^[^\p{C}\p{Zl}\p{Zp}]+$/u;
/** Neither blanks nor controls. */
const VISIBLE = /^[^\p{C}\p{Z}]+$/u;

/** @throws RequestError `malformed`, with what is wrong first */
export function checkOidcTrust(given: NewOidcTrust): OidcTrust {
  const { issuer, clientId, subjectExpression } = given;
  const [jwks, jwksUrl, ca] = [given.jwks || null, given.jwksUrl || null, given.ca || null];
  if (!isAddress(issuer, MOST.issuer) || /[?#]/.test(issuer)) {
    throw malformed(
      'the issuer must be a URL that begins with https://, without ? and #, as `iss` of its tokens has it',
    );
  }
  if (!VISIBLE.test(clientId) || clientId.length > MOST.clientId) {
    throw malformed(
      `the client id must have 1 to ${MOST.clientId} characters, without blanks: it is \`aud\` of the tokens`,
    );
  }
  checkExpression(subjectExpression);
  if (jwks !== null && (jwksUrl !== null || ca !== null)) {
    throw malformed('with the keys themselves, a URL of keys and a CA are of no use: leave them out');
  }
  if (jwksUrl !== null && !isAddress(jwksUrl, MOST.jwksUrl)) {
    throw malformed('the URL of the keys must begin with https://');
  }
  if (jwks !== null) checkKeys(jwks);
  if (ca !== null) checkAuthorities(ca);
  return { issuer, clientId, subjectExpression, jwks, jwksUrl, ca };
}

/** Whether an expression matches the whole of a subject; takes no longer than their lengths say. */
export function matchesSubject(expression: string, subject: string): boolean {
  return RE2JS.compile(expression).matches(subject);
}

const isAddress = (text: string, most: number): boolean =>
  text.length <= most && VISIBLE.test(text) && mayBeFetched(text);

function checkExpression(expression: string): void {
  if (!ONE_LINE.test(expression) || expression.length > MOST.expression) {
    throw malformed(
      `the subject expression must have 1 to ${MOST.expression} characters, none of them a control character: it is what \`sub\` must match`,
    );
  }
  try {
    RE2JS.compile(expression);
  } catch (error) {
    throw malformed(`the subject expression is no regular expression of RE2: ${(error as Error).message}`);
  }
}

function checkKeys(jwks: string): void {
  if (jwks.length > MOST.documentCharacters) {
    throw malformed(`the keys are larger than ${MOST.documentCharacters / 1024} KiB`);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(jwks);
  } catch {
    throw malformed('the keys must be a JWKS in JSON: {"keys": [...]}');
  }
  try {
    readKeySet(parsed);
  } catch (error) {
    throw malformed(`the keys cannot be used: ${(error as Error).message}`);
  }
}

function checkAuthorities(ca: string): void {
  const certificates = ca.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  try {
    if (ca.length > MOST.documentCharacters || !certificates) throw new Error('it has none');
    for (const certificate of certificates) new X509Certificate(certificate);
  } catch {
    throw malformed('the CA must be certificates in PEM, which begin with -----BEGIN CERTIFICATE-----');
  }
}

function malformed(message: string): RequestError {
  return new RequestError('malformed', message);
}
