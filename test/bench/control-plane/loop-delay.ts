import { readFileSync } from 'node:fs';

/** What `preloaded-loop-delay.mjs` wrote down in a process that it was preloaded into. */
export class LoopDelay {
  constructor(private readonly file: string) {}

  /** For how long the event loop was held at most, in milliseconds, since a time. */
  longestSince(time: number): number {
    const lines = readFileSync(this.file, 'utf8').split('\n').filter(Boolean);
    const delays = lines.map((line) => JSON.parse(line) as { at: number; maxMs: number });
    return Math.max(0, ...delays.filter(({ at }) => at > time).map(({ maxMs }) => maxMs));
  }
}
