const STARS = Buffer.from('***');
/** Shorter lines of a value of several lines (a brace, say) are no secret and would hide half of the log. */
const SHORTEST_LINE = 4;

/** Hides values in output. Bytes, not text, so that a cut in the middle of a character or a value does no harm. */
export class Mask {
  private readonly values: readonly Buffer[];
  /** How far a value can reach beyond a cut. */
  readonly reach: number;

  constructor(values: readonly string[]) {
    const lines = values.flatMap((value) => {
      const parts = value.split('\n');
      return parts.length === 1 ? parts : parts.filter((part) => part.length >= SHORTEST_LINE);
    });
    this.values = [...new Set(lines)]
      .filter((line) => line !== '')
      // The longest first: a value that contains another goes whole.
      .sort((a, b) => b.length - a.length)
      .map((line) => Buffer.from(line));
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
