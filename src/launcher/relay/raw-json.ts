import { LONGEST_OUTPUT } from '../../protocol/messages';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENS = [0x7b, 0x5b];
const CLOSES = [0x7d, 0x5d];
const WHITESPACE = [0x20, 0x09, 0x0a, 0x0d];

/** Takes one value of JSON, a text, a list or an object, as it stands, but for the blanks between its parts; numbers keep their digits. */
export class RawJson {
  private readonly bytes = Buffer.allocUnsafe(LONGEST_OUTPUT);
  private length = 0;
  private depth = 0;
  private inText = false;
  private escaped = false;

  begin(): void {
    this.length = 0;
    this.depth = 0;
    this.inText = false;
    this.escaped = false;
  }

  /** @returns whether the value has ended with it */
  add(byte: number): boolean {
    if (this.inText) return this.addOfText(byte);
    if (WHITESPACE.includes(byte)) return false;
    this.append(byte);
    if (byte === QUOTE) this.inText = true;
    else if (OPENS.includes(byte)) this.depth += 1;
    else if (CLOSES.includes(byte)) {
      this.depth -= 1;
      return this.depth === 0;
    }
    return false;
  }

  /** Once it has ended; false: it is longer than is kept. */
  get text(): string | false {
    return this.length <= this.bytes.length && this.bytes.toString('utf8', 0, this.length);
  }

  private addOfText(byte: number): boolean {
    this.append(byte);
    if (this.escaped) this.escaped = false;
    else if (byte === BACKSLASH) this.escaped = true;
    else if (byte === QUOTE) {
      this.inText = false;
      return this.depth === 0;
    }
    return false;
  }

  private append(byte: number): void {
    if (this.length < this.bytes.length) this.bytes[this.length] = byte;
    // One beyond: it is too long.
    if (this.length <= this.bytes.length) this.length += 1;
  }
}
