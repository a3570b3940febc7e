import { HOUR_MS } from './x509';

/** What is left of its life when a certificate is renewed: enough for months of failures that nobody looks at. */
const RENEWED_AT = 2 / 3;
/** Several processes that started together do not renew together: the first of them so much of a life earlier. */
const SPREAD = 1 / 12;
const DAY_MS = 24 * HOUR_MS;

/** What is known of a server certificate. Times are milliseconds since the epoch. */
export interface CertificateFacts {
  readonly notBefore: number;
  readonly notAfter: number;
  /** Whether it has all names that it shall have. */
  readonly hasNames: boolean;
  /** Whether the present authority signed it. */
  readonly hasAuthority: boolean;
}

/**
 * Why another certificate is needed now; undefined while the present one is good.
 * @param chance from 0 up to but without 1, the same for the whole life of the process.
 */
export function renewalReason(
  certificate: CertificateFacts | undefined,
  now: number,
  chance: number,
): string | undefined {
  if (!certificate) return 'there is none';
  const { notBefore, notAfter, hasNames, hasAuthority } = certificate;
  if (!hasAuthority) return 'the authority is another';
  if (!hasNames) return 'it lacks a name';
  if (now < notBefore) return 'it is not valid yet: the clock was set back';
  const life = notAfter - notBefore;
  if (now >= notBefore + life * (RENEWED_AT - SPREAD * chance)) return 'the larger part of its life is over';
  return undefined;
}

/** A sentence about a certificate that nobody renews by itself, once its end is near. */
export function expiryWarning(
  { what, endsAt, advice }: { readonly what: string; readonly endsAt: number; readonly advice: string },
  now: number,
  warnBeforeMs: number,
): string | undefined {
  const left = endsAt - now;
  if (left > warnBeforeMs) return undefined;
  const date = new Date(endsAt).toISOString().slice(0, 10);
  const when = left > 0 ? `ends on ${date}, in ${Math.ceil(left / DAY_MS)} days` : `has ended on ${date}`;
  return `${what} ${when}: ${advice}`;
}
