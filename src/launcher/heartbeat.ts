import { POLL_WAIT_SECONDS } from '../protocol/leases';
import { sleep, type Clock } from '../time';
import type { CallError, LauncherClient } from './client';
import type { Logger } from './logger';
import { retrying } from './retry';

/** Pause between heartbeats once the run is stopped: they return at once then, and only keep the lease. */
const STOPPED_PAUSE_MS = 20_000;

export interface HeartbeatOptions {
  readonly client: LauncherClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly currentStep: () => string;
  readonly onStop: (reason: string) => Promise<void>;
  /** Whether a failure is tried again that is final for others. */
  readonly alsoRetry: (error: CallError) => boolean;
}

/** Keeps the run's lease and hears of a stop, until the signal aborts. @throws CallError when refused for good. */
export async function heartbeat(options: HeartbeatOptions, signal: AbortSignal): Promise<void> {
  const { client, clock, logger, alsoRetry } = options;
  while (!signal.aborted) {
    const began = clock.now();
    const step = options.currentStep();
    const { stop } = await retrying(() => client.heartbeat({ step, waitSeconds: POLL_WAIT_SECONDS }, signal), {
      clock,
      signal,
      alsoRetry,
      onTrouble: (error) => logger.warn(error.message),
    });
    if (stop !== null) {
      await options.onStop(stop.reason);
      await sleep(clock, STOPPED_PAUSE_MS, signal);
    } else if (clock.now() - began < 1000) {
      // A control plane that does not hold heartbeats back is asked at most once a second.
      await sleep(clock, 1000, signal);
    }
  }
}
