/*
 * Which blocks stand in a file of HCL, as far as that is needed to know whether a source names a backend. Comments, texts with
 * templates in them and heredocs are passed over; what is no HCL is left to the tool, which says more about it.
 */

/** The first words of a block: `terraform`, or `backend "s3"`. */
export type Heading = readonly string[];

const WORD = /[A-Za-z_][\w-]*/y;
const HEREDOC = /<<-?([A-Za-z_][\w-]*)[^\n]*\n/y;
const COMMENT = /(?:#|\/\/)[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y;

/** Of a path; a hostile source has blocks within blocks without end. */
const DEEPEST = 3;

/** The paths of all blocks, from the outermost: `[['terraform'], ['backend', 's3']]`; of deeper ones the first three. */
export function blocksOf(hcl: string): Heading[][] {
  const found: Heading[][] = [];
  const open: Heading[] = [];
  let heading: string[] = [];
  for (const token of tokens(hcl)) {
    if (token === '{') {
      open.push(heading);
      found.push(open.slice(0, DEEPEST));
      heading = [];
    } else if (token === '}') {
      open.pop();
      heading = [];
    } else if (token === '\n' || token === ';' || token === ',' || token === '=') heading = [];
    else heading.push(token);
  }
  return found;
}

/** Words, texts without their quotes, and single characters that mean something. */
function* tokens(hcl: string): Generator<string> {
  for (let at = 0; at < hcl.length;) {
    const comment = match(COMMENT, hcl, at);
    const heredoc = match(HEREDOC, hcl, at);
    const word = match(WORD, hcl, at);
    const character = hcl[at]!;
    if (comment) at += comment[0].length;
    else if (heredoc) at = endOfHeredoc(hcl, at + heredoc[0].length, heredoc[1]!);
    else if (word) {
      yield word[0];
      at += word[0].length;
    } else if (character === '"') {
      const end = endOfText(hcl, at + 1);
      yield hcl.slice(at + 1, end - 1);
      at = end;
    } else {
      if (!/[ \t\r]/.test(character)) yield character;
      at += 1;
    }
  }
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function endOfHeredoc(hcl: string, start: number, mark: string): number {
  for (let at = start; at < hcl.length;) {
    const newline = hcl.indexOf('\n', at);
    const end = newline < 0 ? hcl.length : newline;
    if (hcl.slice(at, end).trim() === mark) return end;
    at = end + 1;
  }
  return hcl.length;
}

/** Behind the closing quote; a template may have texts of its own. */
function endOfText(hcl: string, start: number): number {
  for (let at = start; at < hcl.length; at += 1) {
    const character = hcl[at];
    if (character === '\\') at += 1;
    else if (character === '"') return at + 1;
    else if (isTemplate(hcl, at)) at = endOfTemplate(hcl, at + 2) - 1;
  }
  return hcl.length;
}

/** `${` or `%{`; doubled, they mean themselves. */
function isTemplate(hcl: string, at: number): boolean {
  const sign = hcl[at];
  return (sign === '$' || sign === '%') && hcl[at + 1] === '{' && hcl[at - 1] !== sign;
}

function endOfTemplate(hcl: string, start: number): number {
  let depth = 1;
  for (let at = start; at < hcl.length; at += 1) {
    const character = hcl[at];
    if (character === '"') at = endOfText(hcl, at + 1) - 1;
    else if (character === '{') depth += 1;
    else if (character === '}') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return hcl.length;
}
