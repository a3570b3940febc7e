/** Base64 that cannot be decoded; `offset` is the byte at which Go's decoder stops, as the documented messages count. */
export class CorruptBase64Error extends Error {
  override readonly name = 'CorruptBase64Error';

  constructor(readonly offset: number) {
    super(`illegal base64 data at input byte ${offset}`);
  }
}

const PADDING = '='.charCodeAt(0);
const NEWLINES: ReadonlySet<number> = new Set(['\n'.charCodeAt(0), '\r'.charCodeAt(0)]);
const ALPHABET: ReadonlySet<number> = new Set(
  [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].map((letter) => letter.charCodeAt(0)),
);

/**
 * Decodes standard base64 as strictly as Go's encoding/base64: line feeds are skipped, padding is required, anything else
 * outside of the alphabet is an error. Node's decoder skips whatever it does not know.
 * @throws CorruptBase64Error
 */
export function decodeBase64(text: string): Buffer {
  const input = Buffer.from(text, 'utf8');
  let digits = 0;
  for (let at = 0; at < input.length; at += 1) {
    const byte = input[at] ?? 0;
    if (NEWLINES.has(byte)) continue;
    if (byte === PADDING) {
      requirePaddedEnd(input, at, digits);
      digits = 0;
      break;
    }
    if (!ALPHABET.has(byte)) throw new CorruptBase64Error(at);
    digits = (digits + 1) % 4;
  }
  // Go counts back the digits it had read, not the line feeds between them.
  if (digits !== 0) throw new CorruptBase64Error(input.length - digits);
  return Buffer.from(text, 'base64');
}

/** Checks what follows the first '=' of the last group, which has `digits` digits before it. */
function requirePaddedEnd(input: Buffer, first: number, digits: number): void {
  if (digits < 2) throw new CorruptBase64Error(first);
  let at = first + 1;
  if (digits === 2) {
    at = skipNewlines(input, at);
    if (at === input.length) throw new CorruptBase64Error(input.length);
    if (input[at] !== PADDING) throw new CorruptBase64Error(at - 1);
    at += 1;
  }
  at = skipNewlines(input, at);
  if (at < input.length) throw new CorruptBase64Error(at);
}

function skipNewlines(input: Buffer, from: number): number {
  let at = from;
  while (at < input.length && NEWLINES.has(input[at] ?? 0)) at += 1;
  return at;
}
