import { RequestError } from '../errors';

const LONGEST_KEY = 64;
const LONGEST_VALUE = 256;

/** What matters below the top. */
const IS_SIGN = Uint8Array.from({ length: 256 }, (_, byte) => Number('"\\{}[]'.includes(String.fromCharCode(byte))));

const WHITESPACE = /^[ \t\r\n]$/;

/** What a state says of itself at its top: it may be as large as it likes, so that it is read as it passes. */
export class TopLevel {
  serial: number | null = null;
  lineage: string | null = null;
  private depth = 0;
  private inText = false;
  private escaped = false;
  private token = '';
  private key: string | undefined;
  private ended = false;

  /** @throws RequestError `malformed` for what is no object of JSON */
  add(chunk: Buffer): void {
    // Nothing that it looks at has more than one byte.
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at]!;
      if (this.depth > 1 && !this.escaped && IS_SIGN[byte] === 0) continue;
      this.take(String.fromCharCode(byte));
    }
  }

  /** @throws RequestError `malformed` for what ends too early */
  end(): void {
    if (!this.ended) throw noState();
  }

  private take(character: string): void {
    if (this.inText) return this.takeOfText(character);
    if (character === '"') {
      this.inText = true;
      this.token = '';
    } else if (character === '{' || character === '[') this.open(character);
    else if (character === '}' || character === ']') this.close();
    else if (this.depth === 1) this.takeOfTop(character);
    else if (this.depth === 0 && !WHITESPACE.test(character)) throw noState();
  }

  private takeOfText(character: string): void {
    if (this.escaped) this.escaped = false;
    else if (character === '\\') this.escaped = true;
    else if (character === '"') {
      this.inText = false;
      if (this.depth === 1 && this.key !== undefined) this.endText();
      return;
    }
    if (this.depth === 1) this.append(character, LONGEST_VALUE);
  }

  private takeOfTop(character: string): void {
    if (character === ':') {
      this.key = this.token.slice(0, LONGEST_KEY);
      this.token = '';
    } else if (character === ',') this.endValue();
    else if (!WHITESPACE.test(character)) this.append(character, LONGEST_VALUE);
  }

  private open(character: string): void {
    if (this.depth === 0 && (character !== '{' || this.ended)) throw noState();
    this.depth += 1;
  }

  private close(): void {
    if (this.depth === 0) throw noState();
    if (this.depth === 1) this.endValue();
    this.depth -= 1;
    this.ended ||= this.depth === 0;
  }

  private endText(): void {
    if (this.key === 'lineage') this.lineage = this.token || null;
    this.token = '';
  }

  private endValue(): void {
    if (this.key === 'serial' && /^\d{1,15}$/.test(this.token)) this.serial = Number(this.token);
    this.key = undefined;
    this.token = '';
  }

  private append(character: string, most: number): void {
    if (this.token.length < most) this.token += character;
  }
}

function noState(): RequestError {
  return new RequestError('malformed', 'this is no state of OpenTofu or Terraform: it is not one whole object of JSON');
}
