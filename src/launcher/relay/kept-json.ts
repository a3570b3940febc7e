import { RawJson } from './raw-json';

/**
 * What is kept of a value: its text, whether it is there, the JSON that it is (false, where that is long), some members of an
 * object, or each entry of a list or an object.
 */
export type Kept =
  'text' | 'presence' | 'json' | { readonly members: Readonly<Record<string, Kept>> } | { readonly each: Kept };

export type KeptValue = string | boolean | null | KeptValue[] | { [member: string]: KeptValue };

/** An entry of a list or an object that is a member of the document, or of the document itself: then there is no member. */
export type OnEntry = (member: string, name: string, value: KeptValue) => void;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPENS = [0x7b, 0x5b];
const CLOSES = [0x7d, 0x5d];
const OBJECT = OPENS[0];
const WHITESPACE = [0x20, 0x09, 0x0a, 0x0d];
const NULL = 'null';

/** What matters within something that is not kept. */
const IS_SIGN = Uint8Array.from({ length: 256 }, (_, byte) => Number([QUOTE, ...OPENS, ...CLOSES].includes(byte)));

/** Bytes of a text that are looked at; of a longer one the rest is left out. */
const LONGEST_TEXT = 8 * 1024;
/** Entries of a list that are kept. */
const LONGEST_LIST = 64;
const CUT = '…';
/** Of an escape sequence that was cut in its midst. */
const HALF_ESCAPE = /(?<=(?<!\\)(?:\\\\)*)\\(?:u[0-9a-fA-F]{0,3})?$/;

interface Frame {
  readonly kept: Exclude<Kept, string>;
  readonly value: KeptValue[] | { [member: string]: KeptValue };
  /** Of an object: the member whose value comes. */
  name: string | undefined;
}

/**
 * Reads a document of JSON as it passes, whatever its length, and keeps only what was asked for, in bounded memory: texts are
 * cut, and of what is not kept only brackets and quotes are looked at. Whoever made the document may be hostile; what is no
 * JSON gives nothing, or something wrong, and `isWhole` is false.
 */
export class KeptJson {
  private readonly frames: Frame[] = [];
  /** How many objects and lists are around an entry. */
  private readonly around: number;
  /** Brackets that are open within something that is not kept, and what that is worth. */
  private skipped = 0;
  private skippedValue: KeptValue | undefined;
  private inText = false;
  private escaped = false;
  private isLookedAt = false;
  private readonly token = Buffer.allocUnsafe(LONGEST_TEXT);
  private length = 0;
  private readonly raw = new RawJson();
  private isRaw = false;
  private hasBegun = false;
  private isBroken = false;

  constructor(
    private readonly document: Exclude<Kept, string>,
    private readonly onEntry: OnEntry,
  ) {
    this.around = 'each' in document ? 1 : 2;
  }

  /** Whether there was one whole document and nothing behind it. */
  get isWhole(): boolean {
    return this.hasBegun && !this.isBroken && this.frames.length === 0 && this.skipped === 0 && !this.isRaw;
  }

  add(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at]!;
      if (this.isRaw) this.takeRaw(byte);
      else if (this.inText) this.takeOfText(byte);
      else if (this.skipped === 0) this.take(byte);
      else if (IS_SIGN[byte] === 1) this.skip(byte);
    }
  }

  private beginRaw(byte: number): void {
    this.isRaw = true;
    this.raw.begin();
    this.takeRaw(byte);
  }

  private takeRaw(byte: number): void {
    if (!this.raw.add(byte)) return;
    this.isRaw = false;
    this.finishJson(this.raw.text);
  }

  private finishJson(text: string | false): void {
    try {
      if (text !== false) JSON.parse(text);
      this.finish(text);
    } catch {
      this.isBroken = true;
      this.finish(undefined);
    }
  }

  private takeOfText(byte: number): void {
    if (this.escaped) this.escaped = false;
    else if (byte === BACKSLASH) this.escaped = true;
    else if (byte === QUOTE) {
      this.inText = false;
      if (this.skipped === 0) this.endText();
      return;
    }
    if (this.isLookedAt) this.append(byte);
  }

  private skip(byte: number): void {
    if (byte === QUOTE) {
      this.inText = true;
      this.isLookedAt = false;
    } else if (OPENS.includes(byte)) this.skipped += 1;
    else {
      this.skipped -= 1;
      if (this.skipped === 0) this.finish(this.skippedValue);
    }
  }

  private take(byte: number): void {
    if (WHITESPACE.includes(byte)) return this.endLiteral();
    if (this.frames.length === 0) return this.begin(byte);
    if (byte === QUOTE) {
      if (!this.awaitsName() && this.wanted() === 'json') return this.beginRaw(byte);
      this.inText = true;
      this.isLookedAt = this.awaitsName() || this.wanted() === 'text';
      this.length = 0;
    } else if (OPENS.includes(byte)) this.open(byte);
    else if (CLOSES.includes(byte)) {
      this.endLiteral();
      this.close();
    } else if (byte === COMMA || byte === COLON) this.endLiteral();
    else this.append(byte);
  }

  private begin(byte: number): void {
    if (this.hasBegun || byte !== OBJECT) this.isBroken = true;
    else this.frames.push({ kept: this.document, value: {}, name: undefined });
    this.hasBegun = true;
  }

  private awaitsName(): boolean {
    const frame = this.frames.at(-1)!;
    return !Array.isArray(frame.value) && frame.name === undefined;
  }

  /** What is kept of the value that comes. */
  private wanted(): Kept | undefined {
    const { kept, name } = this.frames.at(-1)!;
    if ('each' in kept) return kept.each;
    return name !== undefined && Object.hasOwn(kept.members, name) ? kept.members[name] : undefined;
  }

  private open(byte: number): void {
    const kept = this.wanted();
    if (kept === 'json') return this.beginRaw(byte);
    if (kept === undefined || typeof kept === 'string') {
      this.skipped = 1;
      this.skippedValue = kept === 'presence' ? true : undefined;
      return;
    }
    const value = byte === OBJECT ? (Object.create(null) as Record<string, KeptValue>) : [];
    this.frames.push({ kept, value, name: undefined });
  }

  private close(): void {
    const { value } = this.frames.pop()!;
    const around = this.frames.at(-1);
    if (this.frames.length !== this.around || !around) return this.finish(value);
    const member = this.around > 1 ? (this.frames[0]!.name ?? '') : '';
    this.onEntry(member, around.name ?? '', value);
    around.name = undefined;
  }

  private endText(): void {
    if (this.awaitsName()) this.frames.at(-1)!.name = this.text();
    else this.finish(this.isLookedAt ? this.text() : this.wanted() === 'presence' ? true : undefined);
    this.length = 0;
  }

  private endLiteral(): void {
    if (this.length === 0) return;
    const isLong = this.length > LONGEST_TEXT;
    const literal = this.token.toString('latin1', 0, Math.min(this.length, LONGEST_TEXT));
    this.length = 0;
    if (this.wanted() === 'json') return this.finishJson(!isLong && literal);
    this.finish(literal === NULL ? null : literal === 'true');
  }

  /** A value has come. */
  private finish(value: KeptValue | undefined): void {
    const frame = this.frames.at(-1);
    if (!frame) return;
    const { name } = frame;
    frame.name = undefined;
    if (value === undefined) return;
    if (!Array.isArray(frame.value)) {
      if (name !== undefined && this.frames.length > this.around) frame.value[name] = value;
    } else if (frame.value.length < LONGEST_LIST && this.frames.length > this.around) frame.value.push(value);
  }

  private append(byte: number): void {
    if (this.length < LONGEST_TEXT) this.token[this.length] = byte;
    // One beyond: it was cut.
    if (this.length <= LONGEST_TEXT) this.length += 1;
  }

  private text(): string {
    const isCut = this.length > LONGEST_TEXT;
    const bytes = this.token.toString('utf8', 0, Math.min(this.length, LONGEST_TEXT));
    const raw = isCut ? `${bytes.replace(HALF_ESCAPE, '')}${CUT}` : bytes;
    try {
      return JSON.parse(`"${raw}"`) as string;
    } catch {
      this.isBroken = true;
      return '';
    }
  }
}
