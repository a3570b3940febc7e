const UNIT_MS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
/** A number of digits is read in one way alone: one that could be read in several takes a time that grows with their square. */
const TERM = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;

/**
 * Milliseconds of a duration as Go writes it: `70m`, `1h30m`, `1000s`, `1.5h`, `0`.
 *
 * @returns undefined when the text is no such duration, a negative one, or one without end.
 */
export function parseDuration(text: string): number | undefined {
  const unsigned = text.replace(/^\+/, '');
  if (unsigned === '0') return 0;
  let total = 0;
  TERM.lastIndex = 0;
  while (TERM.lastIndex < unsigned.length) {
    const term = TERM.exec(unsigned);
    if (term === null) return undefined;
    total += Number(term[1]) * (UNIT_MS[term[2] ?? ''] ?? Number.NaN);
  }
  return unsigned === '' || !Number.isFinite(total) ? undefined : total;
}

/** `70m`, `1h30m`, `1.5s`: as `parseDuration` reads it. */
export function formatDuration(milliseconds: number): string {
  const hours = Math.floor(milliseconds / 3_600_000);
  const minutes = Math.floor((milliseconds % 3_600_000) / 60_000);
  const seconds = (milliseconds % 60_000) / 1000;
  const parts = [hours > 0 ? `${hours}h` : '', minutes > 0 ? `${minutes}m` : '', seconds > 0 ? `${seconds}s` : ''];
  return parts.join('') || '0s';
}

const LARGEST_FIRST = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;

/** The two largest units of a span of milliseconds, as in "3 min 20 s". */
export function spanInWords(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const first = LARGEST_FIRST.findIndex(([, size]) => seconds >= size);
  if (first === -1) return '0 s';
  return LARGEST_FIRST.slice(first, first + 2)
    .map(
      ([unit, size], index) =>
        [Math.floor((index === 0 ? seconds : seconds % LARGEST_FIRST[first]![1]) / size), unit] as const,
    )
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}
