import { createPublicKey } from 'node:crypto';
import type { JSONWebKeySet, JWK } from 'jose';
import { z } from 'zod';

const MOST_KEYS = 100;

const KeySet = z.object({ keys: z.array(z.record(z.string(), z.unknown())) });

/** What a public key needs; certificates beside it, addresses and private parts are not kept. */
const PARTS = ['kty', 'kid', 'use', 'alg', 'key_ops', 'n', 'e', 'crv', 'x', 'y'] as const;

/** The public keys of a JWKS with which tokens can be checked. @throws Error that says why there is none */
export function readKeySet(document: unknown): JSONWebKeySet {
  const parsed = KeySet.safeParse(document);
  if (!parsed.success) throw new Error('it is no JWKS: {"keys": [...]} is missing');
  if (parsed.data.keys.length > MOST_KEYS) throw new Error(`it has more than ${MOST_KEYS} keys`);
  const keys = parsed.data.keys.map(publicPart).filter(isPublicKey);
  if (keys.length === 0) throw new Error('it has no public key of RSA, EC or Ed25519');
  return { keys };
}

function publicPart(key: Readonly<Record<string, unknown>>): JWK {
  return Object.fromEntries(PARTS.flatMap((part) => (part in key ? [[part, key[part]]] : [])));
}

/** A secret, with which anybody who may read it could sign, is none. */
function isPublicKey(key: JWK): boolean {
  try {
    createPublicKey({ key, format: 'jwk' });
    return true;
  } catch {
    return false;
  }
}
