import { createCipheriv, createDecipheriv, createHash, createPublicKey, hkdfSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { Transform } from 'node:stream';
import type { TransformCallback } from 'node:stream';
import { z } from 'zod';
import { Attempt, Stage, Ulid } from './messages';

/*
 * Sealed form of a run's state, so that the control plane keeps it without being able to read it, to change it, or to
 * make one of its own:
 *
 *   'WPS2' | header length (uint32, big endian) | header (JSON) | chunk | chunk | … | last chunk
 *
 * Who seals and who opens hold the same thing, the pool's private key, and the content key is derived from that: the
 * public key, which the control plane has, is good for neither. Chunks are AES-256-GCM over CHUNK bytes of plain text,
 * with the nonce `prefix | counter | last?` (the STREAM construction), so that a chunk that is missing, moved, repeated
 * or changed fails, and so does an end that is not the end.
 */
const FORMAT = 'WPS2';
const CHUNK = 64 * 1024;
const TAG = 16;
const MAX_HEADER = 16 * 1024;
const MAX_CHUNKS = 2 ** 32;

/** The attempt that a run's state comes from. */
export const Origin = z.object({ runId: Ulid, stack: z.string(), stage: Stage, attempt: Attempt });
export type Origin = z.infer<typeof Origin>;

const Header = Origin.extend({
  /** Names the key: base64url of SHA-256 of its public half (SPKI, DER). */
  key: z.string(),
  /** Base64url. */
  salt: z.string(),
  noncePrefix: z.string(),
});
type Header = z.infer<typeof Header>;

/** The sealed bytes cannot be opened: changed, cut short, not made by the pool, or of another run. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

const AGAIN = 'Trigger the run again.';

/** What only a holder of the private key knows, however its file is encoded. */
function secretOf(privateKey: KeyObject): Buffer {
  const type = privateKey.asymmetricKeyType ?? privateKey.type;
  if (!['rsa', 'ec', 'ed25519'].includes(type)) {
    throw new SealError(`The pool's private key has the type ${type}; use RSA, an elliptic curve (P-256) or Ed25519.`);
  }
  return Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url');
}

function keyName(privateKey: KeyObject): string {
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return createHash('sha256').update(spki).digest('base64url');
}

/** Binds the header, and with it run, stack, stage and attempt, so that none can be exchanged for another's. */
function contentKey(privateKey: KeyObject, header: Header, headerBytes: Buffer): Buffer {
  const bound = createHash('sha256').update(headerBytes).digest('hex');
  const info = `worker-pools sealing v2\n${bound}`;
  return Buffer.from(hkdfSync('sha256', secretOf(privateKey), Buffer.from(header.salt, 'base64url'), info, 32));
}

function nonce(prefix: Buffer, counter: number, last: boolean): Buffer {
  const bytes = Buffer.alloc(12);
  prefix.copy(bytes, 0, 0, 7);
  bytes.writeUInt32BE(counter, 7);
  bytes.writeUInt8(last ? 1 : 0, 11);
  return bytes;
}

/** Cuts a stream into pieces of `size` bytes; the last, which is never empty unless the stream is, is marked as such. */
abstract class Pieces extends Transform {
  private held: Buffer[] = [];
  private heldBytes = 0;

  constructor(private readonly size: number) {
    super();
  }

  protected abstract piece(bytes: Buffer, last: boolean): void;

  /** A piece is known not to be the last as soon as one byte more than it has arrived. */
  protected accept(bytes: Buffer): void {
    this.held.push(bytes);
    this.heldBytes += bytes.length;
    if (this.heldBytes <= this.size) return;
    let all = Buffer.concat(this.held);
    while (all.length > this.size) {
      this.piece(all.subarray(0, this.size), false);
      all = all.subarray(this.size);
    }
    this.held = [all];
    this.heldBytes = all.length;
  }

  protected finish(): void {
    this.piece(Buffer.concat(this.held), true);
  }

  override _transform(bytes: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    settle(() => this.accept(bytes), done);
  }

  override _flush(done: TransformCallback): void {
    settle(() => this.finish(), done);
  }
}

function settle(work: () => void, done: TransformCallback): void {
  try {
    work();
  } catch (error) {
    done(error as Error);
    return;
  }
  done();
}

class Sealer extends Pieces {
  private counter = 0;

  constructor(
    private readonly key: Buffer,
    private readonly prefix: Buffer,
    preamble: Buffer,
  ) {
    super(CHUNK);
    this.push(preamble);
  }

  protected piece(bytes: Buffer, last: boolean): void {
    if (this.counter >= MAX_CHUNKS) throw new SealError('The run state is too large to be sealed.');
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce(this.prefix, this.counter++, last));
    this.push(Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]));
  }
}

class Opener extends Pieces {
  private preamble: Buffer = Buffer.alloc(0);
  private opened: { key: Buffer; prefix: Buffer } | undefined;
  private counter = 0;

  constructor(
    private readonly privateKey: KeyObject,
    private readonly check: (origin: Origin) => boolean,
  ) {
    super(CHUNK + TAG);
  }

  protected override accept(bytes: Buffer): void {
    if (this.opened !== undefined) {
      super.accept(bytes);
      return;
    }
    this.preamble = Buffer.concat([this.preamble, bytes]);
    const rest = this.readHeader();
    if (rest !== undefined && rest.length > 0) super.accept(rest);
  }

  private readHeader(): Buffer | undefined {
    const start = FORMAT.length + 4;
    if (this.preamble.length < start) return undefined;
    requireFormat(this.preamble.toString('latin1', 0, FORMAT.length));
    const length = this.preamble.readUInt32BE(FORMAT.length);
    if (length > MAX_HEADER) throw new SealError('The header of the sealed run state was changed.');
    if (this.preamble.length < start + length) return undefined;
    const headerBytes = this.preamble.subarray(start, start + length);
    const header = parseHeader(headerBytes);
    if (header.key !== keyName(this.privateKey)) {
      throw new SealError(`The run state was sealed with another key: the pool was reset meanwhile. ${AGAIN}`);
    }
    if (!this.check(header)) {
      throw new SealError(
        `The run state belongs to another run or attempt (${header.runId} of ${header.stack}, ${header.stage}, attempt ${header.attempt}).`,
      );
    }
    const key = contentKey(this.privateKey, header, headerBytes);
    this.opened = { key, prefix: Buffer.from(header.noncePrefix, 'base64url') };
    return this.preamble.subarray(start + length);
  }

  protected piece(bytes: Buffer, last: boolean): void {
    if (this.opened === undefined || bytes.length < TAG) throw new SealError('The sealed run state is cut short.');
    const decipher = createDecipheriv('aes-256-gcm', this.opened.key, nonce(this.opened.prefix, this.counter++, last), {
      authTagLength: TAG,
    });
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG));
    const plain = decipher.update(bytes.subarray(0, bytes.length - TAG));
    try {
      decipher.final();
    } catch {
      throw new SealError('The sealed run state was changed or cut short, or was not sealed by the pool.');
    }
    this.push(plain);
  }
}

function requireFormat(found: string): void {
  if (found === FORMAT) return;
  if (/^WPS\d$/.test(found)) {
    throw new SealError(
      `The run state was sealed in the format ${found} of another release; this one reads ${FORMAT}. ${AGAIN}`,
    );
  }
  throw new SealError('This is not a sealed run state.');
}

function parseHeader(bytes: Buffer): Header {
  try {
    return Header.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    throw new SealError('The header of the sealed run state was changed.');
  }
}

/**
 * A stream that seals what is written to it: only a holder of `privateKey` can open it, or make another.
 *
 * @param origin the attempt that it comes from; it can be read by everybody, and changed by nobody.
 * @throws SealError when the key is neither RSA, an elliptic curve nor Ed25519.
 */
export function seal(privateKey: KeyObject, origin: Origin): Transform {
  const prefix = randomBytes(7);
  const header: Header = {
    ...Origin.parse(origin),
    key: keyName(privateKey),
    salt: randomBytes(32).toString('base64url'),
    noncePrefix: prefix.toString('base64url'),
  };
  const headerBytes = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(headerBytes.length);
  const preamble = Buffer.concat([Buffer.from(FORMAT), length, headerBytes]);
  return new Sealer(contentKey(privateKey, header, headerBytes), prefix, preamble);
}

/**
 * A stream that opens what `seal` made. It fails with a SealError as soon as something is wrong; what it gave out
 * before is genuine but may be only the beginning, so a consumer throws it away when the stream fails.
 *
 * @param check whether the state of that attempt is the wanted one.
 */
export function unseal(privateKey: KeyObject, check: (origin: Origin) => boolean): Transform {
  return new Opener(privateKey, check);
}
