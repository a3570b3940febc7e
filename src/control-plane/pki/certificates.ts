import { X509Certificate } from 'node:crypto';

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** PEM of each of several certificates, one after another. */
export const certificatesIn = (pem: string): string[] => pem.match(PEM) ?? [];

/** When the first of several certificates ends, in milliseconds since the epoch; undefined where there is none. */
export function earliestEnd(pem: string): number | undefined {
  const ends = certificatesIn(pem).map((each) => new X509Certificate(each).validToDate.getTime());
  return ends.length === 0 ? undefined : Math.min(...ends);
}
