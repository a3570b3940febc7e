import type { PoolSample } from '../store/pool-samples';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** What of the past a chart shows, in columns of equal length. */
export const RANGES = {
  '1h': { name: 'Last hour', lengthMs: HOUR_MS, columnMs: MINUTE_MS },
  '24h': { name: 'Last 24 hours', lengthMs: 24 * HOUR_MS, columnMs: 20 * MINUTE_MS },
  '14d': { name: 'Last 14 days', lengthMs: 14 * 24 * HOUR_MS, columnMs: 4 * HOUR_MS },
} as const;

export type Range = keyof typeof RANGES;

/** A sample holds until the next one, but not for longer than this beyond its span: nobody looked then. */
const HOLDS_MS = 12 * MINUTE_MS;

/** The most of each figure within a column; null where nothing is known. */
export interface Column {
  readonly at: number;
  readonly figures: Pick<PoolSample, 'queued' | 'busy' | 'idle' | 'drained'> | null;
}

/** From when on samples are needed for a range. */
export const neededFrom = (range: Range, now: number): number => firstColumn(range, now) - HOLDS_MS - 10 * MINUTE_MS;

/** @param samples oldest first */
export function columnsOf(samples: readonly PoolSample[], range: Range, now: number): Column[] {
  const { lengthMs, columnMs } = RANGES[range];
  const begins = firstColumn(range, now);
  return Array.from({ length: lengthMs / columnMs }, (_, at) => {
    const from = begins + at * columnMs;
    const to = Math.min(from + columnMs, now);
    const within = samples.filter((sample, index) => {
      const until = Math.min(samples[index + 1]?.at ?? Infinity, sample.at + sample.spanMs + HOLDS_MS);
      return sample.at < to && until > from;
    });
    return { at: from, figures: most(within) };
  });
}

function firstColumn(range: Range, now: number): number {
  const { lengthMs, columnMs } = RANGES[range];
  return Math.ceil(now / columnMs) * columnMs - lengthMs;
}

/** Workers that did one thing and then another are not counted twice. */
function most(samples: readonly PoolSample[]): Column['figures'] {
  if (samples.length === 0) return null;
  const of = (figure: (sample: PoolSample) => number) => Math.max(...samples.map(figure));
  const [busy, willing] = [of((one) => one.busy), of((one) => one.busy + one.idle)];
  const all = of((one) => one.busy + one.idle + one.drained);
  return { queued: of((one) => one.queued), busy, idle: willing - busy, drained: all - willing };
}
