import { carryOut } from '../../../src/launcher/carry-out';
import { relay } from '../../../src/launcher/relay/relay';
import type { RelayOptions } from '../../../src/launcher/relay/context';
import { systemClock } from '../../../src/time';

/** The relay as a process, as its container runs it; its options are the first argument. */
const options = JSON.parse(process.argv[2] ?? '{}') as Pick<RelayOptions, 'identity' | 'paths'>;
const environment = process.env;
const print = (): void => undefined;
void carryOut(
  (logger, terminating) => relay({ ...options, environment, clock: systemClock, logger, print, terminating }),
  () => undefined,
);
