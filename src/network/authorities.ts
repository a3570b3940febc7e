import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
// Whole, because a bundle that names an export that Node 20 lacks would not load there (test/cli/node-version.test.ts).
import tls from 'node:tls';
import { PATH } from '../api/names';

/** What a folder of certificates holds. */
export interface MountedAuthorities {
  /** One PEM each. */
  readonly certificates: readonly string[];
  /** Files of which nothing, or not everything, could be used. */
  readonly unusable: readonly string[];
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;
/** Kubernetes keeps the files of a mounted volume in folders that begin so, and links to them. */
const HIDDEN = /^\.\./;

/** The certificates in the files below a folder, which need not exist. */
export function mountedAuthorities(folder: string = PATH.certificates): MountedAuthorities {
  const certificates: string[] = [];
  const unusable: string[] = [];
  for (const file of filesBelow(folder)) {
    try {
      const found = readFileSync(file, 'latin1').match(PEM) ?? [];
      for (const pem of found) certificates.push(new X509Certificate(pem).toString());
      if (found.length === 0) unusable.push(file);
    } catch {
      unusable.push(file);
    }
  }
  return { certificates, unusable };
}

/**
 * Whom a connection to the control plane trusts: the authority that the token names (`''`: those that everybody trusts), and
 * those that somebody mounted. Undefined: as Node.js does by itself.
 */
export function trustedAuthorities(tokenCa: string, folder?: string): string[] | undefined {
  if (tokenCa === '') return publicAuthorities(folder);
  return [tokenCa, ...mountedAuthorities(folder).certificates];
}

/**
 * Whom every other connection trusts: those that Node.js knows, that NODE_EXTRA_CA_CERTS names among them, those that
 * SSL_CERT_FILE names, and those that somebody mounted. Undefined: as Node.js does by itself.
 */
export function publicAuthorities(folder?: string): string[] | undefined {
  const { certificates } = mountedAuthorities(folder);
  const { SSL_CERT_FILE: bundle, NODE_EXTRA_CA_CERTS: known } = process.env;
  // Node.js has read it already.
  const named = bundle && bundle !== known ? certificatesOf(bundle) : [];
  return certificates.length + named.length > 0 ? [...usualAuthorities(), ...named, ...certificates] : undefined;
}

/** As Node.js trusts them by itself. */
function usualAuthorities(): readonly string[] {
  // Node 20 has but its own.
  return (tls.getCACertificates as typeof tls.getCACertificates | undefined)?.('default') ?? tls.rootCertificates;
}

/** A bundle is large, and asked for at every connection. */
const bundles = new Map<string, { readonly changedAt: number; readonly certificates: readonly string[] }>();

/** Of a bundle, which need not be there: programs that ship with an image name one that it may lack. */
function certificatesOf(file: string): readonly string[] {
  try {
    const { mtimeMs: changedAt } = statSync(file);
    const known = bundles.get(file);
    if (known?.changedAt === changedAt) return known.certificates;
    const certificates = readFileSync(file, 'latin1').match(PEM) ?? [];
    bundles.set(file, { changedAt, certificates });
    return certificates;
  } catch {
    return [];
  }
}

function filesBelow(folder: string, depth = 0): string[] {
  const entries = listed(folder);
  // A link to a file cannot be listed as a folder.
  if (!entries) return depth === 0 ? [] : [folder];
  if (depth > 2) return [];
  return entries.filter((name) => !HIDDEN.test(name)).flatMap((name) => filesBelow(join(folder, name), depth + 1));
}

function listed(folder: string): string[] | undefined {
  try {
    return readdirSync(folder).sort();
  } catch {
    return undefined;
  }
}
