/**
 * Text of others (runs, names, other programs) as a terminal or a page may show it: colours at most, and everything that
 * would move the cursor, set the window's title, turn the direction of writing or hide a line made visible instead.
 */

/** A sequence for colours, an end of line of two characters, or a character that must not reach a terminal. */
const SPECIAL = /\u001b\[([\d;:]*)m|\r\n|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\p{Bidi_Control}\p{Surrogate}]/gu;

/** What may be the beginning of one that goes on in the next piece. */

const UNFINISHED = /(?:\u001b(?:\[[\d;:]{0,64})?|\r|[\ud800-\udbff])$/;

const RESET = '\u001b[0m';

export type Colours = 'kept' | 'dropped';

/** Makes a stream of text visible piece by piece; what a piece cuts in two is put together again. */
export class VisibleText {
  private rest = '';
  private isColoured = false;

  constructor(private readonly colours: Colours) {}

  write(piece: string): string {
    const text = this.rest + piece;
    const whole = text.replace(UNFINISHED, '');
    this.rest = text.slice(whole.length);
    return this.visible(whole);
  }

  /** What was held back, and the end of a colour that was left on. */
  end(): string {
    const last = this.visible(this.rest) + (this.isColoured ? RESET : '');
    this.rest = '';
    this.isColoured = false;
    return last;
  }

  private visible(text: string): string {
    return text.replace(SPECIAL, (special, colour: string | undefined) => {
      if (special === '\r\n') return '\n';
      if (colour === undefined) return symbol(special);
      if (this.colours === 'dropped') return '';
      if (isConcealing(colour)) return symbol('\u001b') + special.slice(1);
      this.isColoured = !/^0*$/.test(colour);
      return special;
    });
  }
}

const COLOUR = /\u001b\[[\d;:]*m/g;

/** Text as it is, but for its colours: for files and programs. */
export const withoutColours = (text: string): string => text.replace(COLOUR, '');

/** The same of a stream: what a piece cuts in two is put together again. */
export class UncolouredText {
  private rest = '';

  write(piece: string): string {
    const text = this.rest + piece;
    this.rest = UNFINISHED_COLOUR.exec(text)?.[0] ?? '';
    return withoutColours(text.slice(0, text.length - this.rest.length));
  }

  end(): string {
    const last = this.rest;
    this.rest = '';
    return last;
  }
}

const UNFINISHED_COLOUR = /\u001b(?:\[[\d;:]{0,64})?$/;

/** A text of several lines. */
export function visibleLines(text: string, colours: Colours = 'dropped'): string {
  const visible = new VisibleText(colours);
  return visible.write(text) + visible.end();
}

/** A text that belongs into one line, such as a name: here the ends of lines, tabs and colours are made visible, too. */
export function visibleName(text: string): string {
  return text.replace(/[\t\n]|\r(?=\n)|\u001b(?=\[)/g, symbol).replace(SPECIAL, symbol);
}

/** `^[` for ESC as `cat -v` has it; brackets that mean nothing in HTML either around what has no such form. */
function symbol(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return `^${String.fromCharCode(code + 0x40)}`;
  if (code === 0x7f) return '^?';
  if (code < 0xa0 || (code >= 0xd800 && code <= 0xdfff)) return '\ufffd';
  return `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`;
}

/** Whether a sequence for colours hides what follows (8), which is no colour. */
function isConcealing(parameters: string): boolean {
  const numbers = parameters.split(';').map((one) => Number(one.split(':')[0]));
  for (let at = 0; at < numbers.length; at += 1) {
    if (numbers[at] === 8) return true;
    // The numbers of a colour of its own: `38;5;8` is a grey.
    if ([38, 48, 58].includes(numbers[at]!)) at += numbers[at + 1] === 5 ? 2 : numbers[at + 1] === 2 ? 4 : 0;
  }
  return false;
}
