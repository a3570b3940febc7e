import { timestamp } from '../../../src/controller/runtime';
import type { Clock } from '../../../src/time';
import { ApiRefusal } from './refusals';
import type { Store } from './store';
import type { ApiServerFaults, SeenRequest, Stored } from './types';

/** What every part of the server works with. */
export interface Core {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: () => number;
  readonly faults: ApiServerFaults;
  nextUid(): string;
  /** Now, as objects have it. */
  timestamp(afterMs?: number): string;
}

export function createCore(core: Omit<Core, 'nextUid' | 'timestamp'>): Core {
  let uids = 0;
  return {
    ...core,
    // Readable in a timeline, and of the form that a UID has.
    nextUid: () => `00000000-0000-4000-8000-${String((uids += 1)).padStart(12, '0')}`,
    timestamp: (afterMs = 0) => timestamp(new Date(core.clock.now() + afterMs)),
  };
}

/** Quota, webhooks, policies. @throws ApiRefusal */
export function admit({ faults }: Core, seen: SeenRequest, object: Stored): void {
  const refusal = faults.admit?.(seen, object);
  if (refusal) throw new ApiRefusal(refusal);
}
