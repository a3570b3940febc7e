const STARS = Buffer.from('***');
/** Fewer characters would hide half of every log. */
const SHORTEST = 3;
/** The same for one of several lines, of which some are braces and the like. */
const SHORTEST_LINE = 4;

/** What is looked for in output to hide a value, and whether some of the value is too short to be looked for. */
export function hiddenParts(value: string): { readonly parts: readonly string[]; readonly isTooShort: boolean } {
  // Tools print secrets line by line, without the line ends that editors and `echo` leave, or within JSON.
  const lines = value.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '');
  const shortest = lines.length > 1 ? SHORTEST_LINE : SHORTEST;
  const isLong = (line: string): boolean => [...line.trim()].length >= shortest;
  const parts = lines.filter(isLong).flatMap((line) => [line, line.trim(), JSON.stringify(line.trim()).slice(1, -1)]);
  // Braces between the lines of a JSON document are no secret.
  const isTooShort = lines.some((line) => !isLong(line) && (lines.length === 1 || /[\p{L}\p{N}]/u.test(line)));
  return { parts: [...new Set(parts)], isTooShort };
}

/** Hides values in output. Bytes, not text, so that a cut in the middle of a character or a value does no harm. */
export class Mask {
  private readonly values: readonly Buffer[];
  /** How far a value can reach beyond a cut. */
  readonly reach: number;

  constructor(values: readonly string[]) {
    this.values = [...new Set(values.flatMap((value) => hiddenParts(value).parts))]
      .map((part) => Buffer.from(part))
      // The longest first: a value that contains another goes whole.
      .sort((a, b) => b.length - a.length);
    this.reach = Math.max(0, ...this.values.map((value) => value.length - 1));
  }

  /** The bytes as text, each value replaced by `***`. */
  text(bytes: Buffer): string {
    let masked = bytes;
    for (const value of this.values) masked = replaceAll(masked, value);
    return masked.toString('utf8');
  }

  /** The nearest place at or before `cut` (after it, if there is none before) that divides no value. */
  safeCut(bytes: Buffer, cut: number): number {
    let safe = cut;
    for (let moved = true; moved;) {
      moved = false;
      for (const value of this.values) {
        const at = bytes.indexOf(value, Math.max(0, safe - value.length + 1));
        if (at < 0 || at >= safe || at + value.length <= safe) continue;
        if (at === 0) return value.length;
        safe = at;
        moved = true;
      }
    }
    return safe;
  }
}

function replaceAll(bytes: Buffer, value: Buffer): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = bytes.indexOf(value); at >= 0; at = bytes.indexOf(value, from)) {
    parts.push(bytes.subarray(from, at), STARS);
    from = at + value.length;
  }
  if (from === 0) return bytes;
  parts.push(bytes.subarray(from));
  return Buffer.concat(parts);
}
