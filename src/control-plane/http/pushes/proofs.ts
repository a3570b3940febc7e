import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Header } from './event';

/** A delivery, with the secret that it has to be proved by. */
export interface Proof {
  readonly header: Header;
  /** As it came: what is signed is bytes. */
  readonly body: Uint8Array;
  readonly secret: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** How far the clocks of host and control plane may differ, where the time is signed; the specification of Standard Webhooks says so. */
const MOST_AGE_MS = 5 * 60_000;

/** GitHub: `X-Hub-Signature-256: sha256=<hex>`. Bitbucket: the same in `X-Hub-Signature`. Gitea and Forgejo: the digits alone. */
export const signedBody =
  (...headers: readonly string[]) =>
  ({ header, body, secret }: Proof): boolean => {
    const [given] = headers.map(header).filter((value) => value !== undefined);
    if (given === undefined) return false;
    return isSame(given.replace(/^sha256=/, ''), createHmac('sha256', secret).update(body).digest('hex'));
  };

/** GitLab: signed, where the webhook has a signing token; else its secret token is sent as it is. */
export function provesLab(proof: Proof): boolean {
  const { header, secret } = proof;
  if (header('webhook-signature') !== undefined) return isSignedByLab(proof);
  return isSame(header('X-Gitlab-Token') ?? '', secret);
}

/** `webhook-signature: v1,<base64>`, more of them with blanks between, over `<webhook-id>.<webhook-timestamp>.<body>`. */
function isSignedByLab({ header, body, secret, now }: Proof): boolean {
  const [id = '', time = ''] = [header('webhook-id'), header('webhook-timestamp')];
  if (!/^\d{1,12}$/.test(time) || Math.abs(now - Number(time) * 1000) > MOST_AGE_MS) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const wanted = `v1,${createHmac('sha256', key).update(`${id}.${time}.`).update(body).digest('base64')}`;
  return (header('webhook-signature') ?? '').split(' ').some((given) => isSame(given, wanted));
}

/** In a time that says nothing of where they differ, whatever their lengths are. */
function isSame(given: string, wanted: string): boolean {
  const [left, right] = [given, wanted].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(left!, right!);
}
