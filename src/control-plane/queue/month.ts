export interface Month {
  /** Such as 2026-11. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly begins: number;
  readonly ends: number;
}

/** The calendar month of a time, in UTC. */
export function monthOf(time: number): Month {
  const date = new Date(time);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return { name: date.toISOString().slice(0, 7), begins: Date.UTC(year, month), ends: Date.UTC(year, month + 1) };
}
