import { createHmac } from 'node:crypto';

/** What a receiver checks: keyed hashes of the body as it is sent. None without a secret. */
export function signatures(secret: string, body: string): Readonly<Record<string, string>> {
  if (secret === '') return {};
  const hash = (algorithm: 'sha1' | 'sha256') =>
    `${algorithm}=${createHmac(algorithm, secret).update(body).digest('hex')}`;
  return { 'X-Signature': hash('sha1'), 'X-Signature-256': hash('sha256') };
}
