import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { EncryptionKey, Keyring } from './keyring';

/*
 * Encryption of single values in the database:
 *
 *   v1:<id of the key>:<nonce>:<ciphertext and tag>     (base64url)
 *
 * AES-256-GCM. Where the value lies is authenticated with it, so that who can write to the database can neither change a
 * value nor put it into another row or column, and so is the id of the key. It does not show that a value is the newest
 * of its place: who can write there can put back what lay there before.
 *
 * Nonces are random, 96 bits. Below 2^32 values under one key, the chance that any two share one stays below 2^-32 (NIST
 * SP 800-38D, 8.3). A value is written when a stack or a pool changes: a thousand times a second, that is 49 days, and
 * nobody changes stacks so often; a rotation of the key begins the count anew.
 */
const VERSION = 'v1';
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SEALED = /^v1:([A-Za-z0-9_-]{1,32}):([A-Za-z0-9_-]{16}):([A-Za-z0-9_-]{22,})$/;

/** Where a value lies. */
export interface Place {
  readonly table: string;
  /** The primary key of the row, which is never used again for another. */
  readonly row: string;
  readonly column: string;
}

/** A value cannot be opened. No message holds a part of it. */
export class VaultError extends Error {
  override readonly name = 'VaultError';
}

/** The key that a value was sealed with is not among those that there are. */
export class MissingKeyError extends VaultError {
  constructor(readonly keyId: string) {
    super(
      `the database holds values that are encrypted with the key ${keyId}, which is not in encryption.keys: put its line back, take the file that belongs to that database, or give all processes that share it the same keys (keysDir)`,
    );
  }
}

/** Seals values for the database, and opens them. */
export class Vault {
  constructor(
    private keyring: Keyring,
    /** Takes keys that were added since, before a value is given up. */
    private readonly refresh: () => void = () => undefined,
  ) {}

  /** Takes other keys from now on. */
  use(keyring: Keyring): void {
    this.keyring = keyring;
  }

  get keyIds(): readonly string[] {
    return this.keyring.ids;
  }

  /** The id of the key that is written with. */
  get currentKey(): string {
    return this.keyring.first.id;
  }

  seal(place: Place, plain: string): string {
    const { id, key } = this.keyring.first;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(bound(id, place));
    const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return [VERSION, id, nonce.toString('base64url'), sealed.toString('base64url')].join(':');
  }

  /** @throws VaultError when it was changed, belongs to another place, or was sealed with a key that is not there. */
  open(place: Place, sealed: string): string {
    const { keyId, nonce, bytes } = parse(place, sealed);
    const decipher = createDecipheriv(CIPHER, this.find(keyId).key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(bound(keyId, place));
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
    const plain = decipher.update(bytes.subarray(0, bytes.length - TAG_BYTES));
    try {
      decipher.final();
    } catch {
      throw new VaultError(
        `${inWords(place)} cannot be opened: it was changed, was sealed for another row, or the key ${keyId} in encryption.keys is another than that which it was sealed with`,
      );
    }
    return plain.toString('utf8');
  }

  /** The same value under the key that is written with now; undefined when it is that already. */
  reseal(place: Place, sealed: string): string | undefined {
    if (keyOf(place, sealed) === this.currentKey) return undefined;
    return this.seal(place, this.open(place, sealed));
  }

  private find(keyId: string): EncryptionKey {
    const known = this.keyring.find(keyId);
    if (known) return known;
    this.refresh();
    const added = this.keyring.find(keyId);
    if (!added) throw new MissingKeyError(keyId);
    return added;
  }
}

/** The id of the key that a value was sealed with. @throws VaultError when it is not sealed. */
export function keyOf(place: Place, sealed: string): string {
  return parse(place, sealed).keyId;
}

function parse(place: Place, sealed: string): { keyId: string; nonce: Buffer; bytes: Buffer } {
  const [, keyId = '', nonce = '', bytes = ''] = SEALED.exec(sealed) ?? [];
  if (keyId === '') {
    const other = /^(v\d+):/.exec(sealed)?.[1];
    const why =
      other === undefined || other === VERSION
        ? 'is not an encrypted value'
        : `has the format ${other} of a newer version`;
    throw new VaultError(`${inWords(place)} ${why}`);
  }
  return { keyId, nonce: Buffer.from(nonce, 'base64url'), bytes: Buffer.from(bytes, 'base64url') };
}

/** As JSON, in which no two places look alike. */
function bound(keyId: string, { table, row, column }: Place): Buffer {
  return Buffer.from(JSON.stringify(['worker-pools', VERSION, keyId, table, row, column]));
}

const inWords = ({ table, row, column }: Place): string => `the ${column} of ${row} in ${table}`;
