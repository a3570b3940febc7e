/* bash splits what was typed at more characters than a shell does, and inserts what it is given as it is. */

/** A line as somebody typed it, up to where they stand. */
export interface BashLine {
  /** Without quotes, the last one perhaps in part. */
  readonly words: readonly string[];
  /** How much of the last word bash does not take for a part of it. */
  readonly before: number;
  /** The quote that is open. */
  readonly quote: string;
}

/** Of COMP_WORDBREAKS, what may stand in a word. */
const BREAKS = '=:@';

export function bashLine(line: string): BashLine {
  const words: string[] = [];
  let [word, before, quote, isWord] = ['', 0, '', false];
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at]!;
    const isEscape = character === '\\' && quote !== "'";
    if (isEscape && at + 1 < line.length) word += line[(at += 1)]!;
    else if (quote === '' && /\s/.test(character)) {
      if (isWord) words.push(word);
      [word, before, isWord] = ['', 0, false];
      continue;
    } else if (quote === '' && /["']/.test(character)) [quote, before] = [character, word.length];
    else if (character === quote) quote = '';
    else {
      word += character;
      if (quote === '' && BREAKS.includes(character)) before = word.length;
    }
    isWord = true;
  }
  return { words: [...words, word], before, quote };
}

const SPECIAL_IN: Readonly<Record<string, RegExp>> = {
  '': /[\s!"#$&'()*;<>?[\\\]^`{|}~]/g,
  '"': /["$`\\]/g,
};

/** A word as bash is to insert it; none where its quote leaves no way. */
export function bashWord({ before, quote }: BashLine, word: string): string[] {
  const rest = word.slice(before);
  if (quote === "'") return rest.includes("'") ? [] : [rest];
  return [rest.replace(SPECIAL_IN[quote]!, '\\$&')];
}
