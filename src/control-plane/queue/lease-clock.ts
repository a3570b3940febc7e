import { RUN_LEASE_MS } from '../../protocol/leases';
import type { LeaseReading } from '../store/lease-clock';
import type { AssignmentRecord } from '../store/records';
import type { QueueContext } from './context';

/** What is so much too late, or too early, was made so by a pause of everybody, or by a clock that was set. */
export const ODD_MS = 10_000;

/** How long no run is given out after a backup was restored: relays and controllers try again more often than that. */
export const RESTORED_HOLD_MS = RUN_LEASE_MS;

/** Whether nothing is given out yet: see `restored.ts`. */
export const holdsBack = ({ reading, restoredLease }: LeaseReading): boolean =>
  restoredLease !== null && reading - restoredLease < RESTORED_HOLD_MS;

/**
 * Whether an attempt was given out before the backup that was restored. What became of it since is not known, save what its Pod says: it
 * may have begun, told its outcome and gone, and another attempt after it.
 */
export const isOfBackup = ({ madeLease }: AssignmentRecord, { restoredLease }: LeaseReading): boolean =>
  restoredLease !== null && madeLease <= restoredLease;

/**
 * The clock that leases go by, one for all processes: a row that goes on only while somebody sweeps. Time in which
 * nobody of the control plane was there to hear anybody is not counted, whether it was down, stood still, was restored
 * from a backup, or a clock was set; after it everybody who was alive is given the whole lease again, to come back.
 *
 * Moves it on. @returns its reading; undefined when another process has just moved it.
 */
export async function moveLeaseClock({ store, logger }: QueueContext, everyMs: number): Promise<number | undefined> {
  const now = await store.now();
  return store.transaction(async (tx) => {
    const clock = await tx.leaseClock.take();
    if (!clock) return undefined;
    const passed = now - clock.movedAt;
    if (passed >= 0 && passed < everyMs / 2) return undefined;
    const isOdd = passed < 0 || passed > everyMs + ODD_MS;
    const reading = clock.reading + (isOdd ? everyMs : passed);
    await tx.leaseClock.set(reading, now);
    if (isOdd && clock.movedAt > 0) {
      await tx.sessions.renew(clock.reading, reading);
      await tx.assignments.renew(reading);
      logger.warn(
        { milliseconds: passed },
        'the control plane was away, stood still, or a clock was set: leases go on as before',
      );
    }
    return reading;
  });
}
