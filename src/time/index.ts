/** Time: the one clock, its timers, and the one back-off. Imports nothing; every room may import it. */
export { Backoff, backoffMs } from './backoff';
export { sleep, systemClock } from './clock';
export type { Clock } from './clock';
