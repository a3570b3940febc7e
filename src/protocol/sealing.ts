import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  constants,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { Transform } from 'node:stream';
import type { TransformCallback } from 'node:stream';
import { z } from 'zod';

/*
 * Sealed form of a run's state, so that the control plane keeps it without being able to read or change it:
 *
 *   'WPS1' | header length (uint32, big endian) | header (JSON) | chunk | chunk | … | last chunk
 *
 * The content key is wrapped for the pool's key (RSA-OAEP-256), or agreed with an ephemeral key (ECDH-ES). Chunks are
 * AES-256-GCM over CHUNK bytes of plain text, with the nonce `prefix | counter | last?` (the STREAM construction), so
 * that a chunk that is missing, moved, repeated or changed fails, and so does an end that is not the end.
 */
const MAGIC = Buffer.from('WPS1');
const CHUNK = 64 * 1024;
const TAG = 16;
const MAX_HEADER = 16 * 1024;
const MAX_CHUNKS = 2 ** 32;

const Header = z.object({
  algorithm: z.enum(['RSA-OAEP-256', 'ECDH-ES']),
  /** The wrapped secret (RSA), or the ephemeral public key as SPKI (ECDH); base64url of DER or bytes. */
  key: z.string(),
  salt: z.string(),
  noncePrefix: z.string(),
});
type Header = z.infer<typeof Header>;

/** The sealed bytes cannot be opened: changed, cut short, for another pool's key or another run. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

/** An Ed25519 key signs only; the key that it agrees with is derived from it, apart from what it signs with. */
function agreementKey(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType !== 'ed25519') return key;
  const seed = Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url');
  const scalar = Buffer.from(hkdfSync('sha256', seed, '', 'worker-pools sealing x25519', 32));
  const pkcs8Prefix = Buffer.from('302e020100300506032b656e04220420', 'hex');
  return createPrivateKey({ key: Buffer.concat([pkcs8Prefix, scalar]), format: 'der', type: 'pkcs8' });
}

const OAEP = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' } as const;

function unsupported(key: KeyObject): SealError {
  return new SealError(
    `The pool's private key has the type ${key.asymmetricKeyType ?? key.type}; use RSA, an elliptic curve (P-256) or Ed25519.`,
  );
}

function newSecret(privateKey: KeyObject): Pick<Header, 'algorithm' | 'key'> & { secret: Buffer } {
  const type = privateKey.asymmetricKeyType ?? '';
  if (type === 'rsa') {
    const secret = randomBytes(32);
    const wrapped = publicEncrypt({ key: createPublicKey(privateKey), ...OAEP }, secret);
    return { algorithm: 'RSA-OAEP-256', key: wrapped.toString('base64url'), secret };
  }
  if (type === 'ec' || type === 'ed25519') {
    const publicKey = createPublicKey(agreementKey(privateKey));
    const namedCurve = publicKey.asymmetricKeyDetails?.namedCurve;
    const ephemeral =
      namedCurve === undefined ? generateKeyPairSync('x25519') : generateKeyPairSync('ec', { namedCurve });
    const secret = diffieHellman({ privateKey: ephemeral.privateKey, publicKey });
    const spki = ephemeral.publicKey.export({ format: 'der', type: 'spki' });
    return { algorithm: 'ECDH-ES', key: spki.toString('base64url'), secret };
  }
  throw unsupported(privateKey);
}

function recoverSecret(privateKey: KeyObject, header: Header): Buffer {
  const key = Buffer.from(header.key, 'base64url');
  const wanted = privateKey.asymmetricKeyType === 'rsa' ? 'RSA-OAEP-256' : 'ECDH-ES';
  if (header.algorithm !== wanted) throw new SealError('The run state was sealed for a key of another type.');
  try {
    if (wanted === 'RSA-OAEP-256') return privateDecrypt({ key: privateKey, ...OAEP }, key);
    const publicKey = createPublicKey({ key, format: 'der', type: 'spki' });
    return diffieHellman({ privateKey: agreementKey(privateKey), publicKey });
  } catch {
    throw new SealError('The run state was sealed for another key, or its header was changed.');
  }
}

/** Binds the header and the context, so that neither can be exchanged for another's. */
function contentKey(secret: Buffer, header: Header, headerBytes: Buffer, context: string): Buffer {
  const bound = createHash('sha256').update(headerBytes).digest('hex');
  const info = `worker-pools sealing v1\n${bound}\n${context}`;
  return Buffer.from(hkdfSync('sha256', secret, Buffer.from(header.salt, 'base64url'), info, 32));
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
    private readonly context: string,
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
    const start = MAGIC.length + 4;
    if (this.preamble.length < start) return undefined;
    const length = this.preamble.readUInt32BE(MAGIC.length);
    if (!this.preamble.subarray(0, MAGIC.length).equals(MAGIC) || length > MAX_HEADER) {
      throw new SealError('This is not a sealed run state.');
    }
    if (this.preamble.length < start + length) return undefined;
    const headerBytes = this.preamble.subarray(start, start + length);
    const header = parseHeader(headerBytes);
    const key = contentKey(recoverSecret(this.privateKey, header), header, headerBytes, this.context);
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
      throw new SealError('The sealed run state was changed or cut short, or belongs to another run or another key.');
    }
    this.push(plain);
  }
}

function parseHeader(bytes: Buffer): Header {
  try {
    return Header.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    throw new SealError('The header of the sealed run state was changed.');
  }
}

/**
 * A stream that seals what is written to it for the holder of `privateKey`.
 *
 * @param context what the content belongs to (the run's id); opening asks for the same.
 * @throws SealError when the key is neither RSA, an elliptic curve nor Ed25519.
 */
export function seal(privateKey: KeyObject, context: string): Transform {
  const { secret, ...wrapped } = newSecret(privateKey);
  const prefix = randomBytes(7);
  const header: Header = {
    ...wrapped,
    salt: randomBytes(32).toString('base64url'),
    noncePrefix: prefix.toString('base64url'),
  };
  const headerBytes = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(headerBytes.length);
  return new Sealer(
    contentKey(secret, header, headerBytes, context),
    prefix,
    Buffer.concat([MAGIC, length, headerBytes]),
  );
}

/**
 * A stream that opens what `seal` made. It fails with a SealError as soon as something is wrong; what it gave out
 * before is genuine but may be only the beginning, so a consumer throws it away when the stream fails.
 */
export function unseal(privateKey: KeyObject, context: string): Transform {
  return new Opener(privateKey, context);
}
