import { isUtf8 } from 'node:buffer';
import { RequestError } from '../errors';
import { LIMIT } from '../limits';

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** The text of a body. @throws RequestError `malformed` for bytes that are none, which would become other ones unseen */
export function textOf(body: Buffer): string {
  if (!isUtf8(body)) throw new RequestError('malformed', 'the body is not UTF-8');
  return body.toString('utf8');
}

/**
 * Looks at JSON as it comes in, before anything parses it: some megabytes of brackets take the parser most of a second, and
 * as many bytes of text a few milliseconds.
 */
export class JsonMeter {
  private values = 0;
  private depth = 0;
  private isInText = false;
  private isEscaped = false;

  /** Takes the next bytes. @throws RequestError `too-large` or `malformed` for what is not to be parsed */
  add(piece: Uint8Array): void {
    for (let at = 0; at < piece.length; at += 1) {
      const byte = piece[at]!;
      if (this.isInText) this.takeText(byte);
      else if (byte === QUOTE) this.isInText = true;
      else if (byte === COMMA || byte === COLON) this.values += 1;
      else if (byte === OPEN_LIST || byte === OPEN_OBJECT) this.open();
      else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) this.depth -= 1;
    }
    if (this.values > LIMIT.jsonValues) {
      throw new RequestError(
        'too-large',
        `the body has more than ${LIMIT.jsonValues} names and values: send less at once`,
      );
    }
  }

  private takeText(byte: number): void {
    if (this.isEscaped) this.isEscaped = false;
    else if (byte === BACKSLASH) this.isEscaped = true;
    else if (byte === QUOTE) this.isInText = false;
  }

  private open(): void {
    this.values += 1;
    this.depth += 1;
    if (this.depth <= LIMIT.jsonNesting) return;
    throw new RequestError('malformed', `the body has more than ${LIMIT.jsonNesting} brackets within brackets`);
  }
}
