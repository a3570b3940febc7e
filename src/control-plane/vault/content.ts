import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { pipeline, Transform, type Readable, type TransformCallback } from 'node:stream';
import { VaultError } from './vault';

/*
 * Encryption of what is too large for the database: AES-256-GCM over the whole, the tag behind it. Each content has a key of
 * its own, which the vault seals; so it needs no nonce, and an exchange of the vault's keys leaves the content as it is.
 */
const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE = Buffer.alloc(12);
const TAG_BYTES = 16;

/** By how much the encrypted content is longer. */
export const CONTENT_OVERHEAD_BYTES = TAG_BYTES;

/** A key for one content, and never for another. */
export const newContentKey = (): string => randomBytes(KEY_BYTES).toString('base64url');

/** @param id of what it is the content of: under another it does not open */
export function sealContent(key: string, id: string, content: Readable): Readable {
  const cipher = createCipheriv(CIPHER, Buffer.from(key, 'base64url'), NONCE, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(id));
  const sealing = new Transform({
    transform: (chunk: Uint8Array, _encoding, done) => done(null, cipher.update(chunk)),
    flush(done) {
      this.push(cipher.final());
      done(null, cipher.getAuthTag());
    },
  });
  // Whoever reads the last stream hears of every failure.
  return pipeline(content, sealing, () => undefined);
}

/** The stream fails with a VaultError before its end when it was changed: who reads less than all of it reads nothing true. */
export function openContent(key: string, id: string, sealed: Readable): Readable {
  return pipeline(sealed, new Opening(key, id), () => undefined);
}

class Opening extends Transform {
  private readonly decipher;
  /** The newest bytes, of which the last may be the tag; what comes before them waits with them until it is checked. */
  private held = Buffer.alloc(0);

  constructor(
    key: string,
    private readonly contentId: string,
  ) {
    super();
    this.decipher = createDecipheriv(CIPHER, Buffer.from(key, 'base64url'), NONCE, { authTagLength: TAG_BYTES });
    this.decipher.setAAD(Buffer.from(contentId));
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const bytes = Buffer.concat([this.held, chunk]);
    const sure = Math.max(0, bytes.length - TAG_BYTES - 1);
    this.held = bytes.subarray(sure);
    done(null, this.decipher.update(bytes.subarray(0, sure)));
  }

  override _flush(done: TransformCallback): void {
    const cut = Math.max(0, this.held.length - TAG_BYTES);
    try {
      this.decipher.setAuthTag(this.held.subarray(cut));
      const last = this.decipher.update(this.held.subarray(0, cut));
      this.decipher.final();
      done(null, last);
    } catch {
      done(new VaultError(`the content of ${this.contentId} cannot be opened: it was changed, or belongs to another`));
    }
  }
}
