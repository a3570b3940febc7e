import { createCipheriv, getFips, setFips } from 'node:crypto';

/** FIPS 140 is asked for, and cannot be had. */
export class FipsError extends Error {
  override readonly name = 'FipsError';
  /** Of the command line, as for a flag that says what cannot be. */
  readonly exitCode = 2;
}

/**
 * Has this process use algorithms of a FIPS provider alone, where GODEBUG says `fips140=on` or `fips140=only`: the variable by which
 * programs in Go (Spacelift's controller, OpenTofu) are told so, too. To be called before anything is encrypted or hashed.
 * @throws FipsError where the OpenSSL of this Node.js has no such provider
 */
export function requireFips({ GODEBUG = '' }: Readonly<Record<string, string | undefined>> = process.env): void {
  const asked = GODEBUG.split(',').find((setting) => /^\s*fips140=(on|only)\s*$/.test(setting));
  if (asked === undefined || hasFips()) return;
  throw new FipsError(
    `GODEBUG asks for FIPS 140 (${asked.trim()}), but the OpenSSL of this Node.js (${process.versions.openssl}) has no FIPS provider that ` +
      'is active: use an image with one, which OPENSSL_CONF activates, or take that out of GODEBUG (enforceFips140 of the chart)',
  );
}

function hasFips(): boolean {
  try {
    if (getFips() !== 1) setFips(true);
    // Node.js says yes before it has asked anybody. A digest may be remembered from before; a cipher is looked for each time.
    createCipheriv('aes-256-gcm', Buffer.alloc(32), Buffer.alloc(12));
    return true;
  } catch {
    setFips(false);
    return false;
  }
}
