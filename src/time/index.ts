/** Time: the one clock, its timers, the one back-off, and durations as text. Imports nothing; every room may import it. */
export { Backoff, backoffMs, LONGEST_PAUSE_SECONDS, pauseAsked } from './backoff';
export { sleep, systemClock } from './clock';
export type { Clock } from './clock';
export { formatDuration, parseDuration, spanInWords } from './duration';
