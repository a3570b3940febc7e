/** Words in colour, only where a person looks on. */
const COLOURS = { good: 32, bad: 31, muted: 90, strong: 1 } as const;

export function paint(mood: keyof typeof COLOURS, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  const wanted = stream.isTTY && !process.env.NO_COLOR;
  return wanted ? `\u001b[${COLOURS[mood]}m${text}\u001b[0m` : text;
}

/** Rows as columns of equal width; the first row is the head. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Seconds since the epoch as people read them. */
export function when(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}
