import { systemClock } from '../../../src/time';
import { relay } from '../../../src/launcher/relay/relay';
import type { RelayOptions } from '../../../src/launcher/relay/context';

/** The relay as a process; its options are the first argument. */
const options = JSON.parse(process.argv[2] ?? '{}') as Pick<RelayOptions, 'identity' | 'paths'>;
const quiet = { info: () => undefined, warn: () => undefined, error: console.error };
void relay({
  ...options,
  environment: process.env,
  clock: systemClock,
  logger: quiet,
  print: () => undefined,
  terminating: new AbortController().signal,
});
