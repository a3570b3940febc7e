import type { LeaseClockRow } from './schema';
import { Table } from './table';

/** The one row of the clock that leases go by: see queue/lease-clock.ts. */
export class LeaseClockTable extends Table {
  async look(): Promise<Pick<LeaseClockRow, 'reading' | 'restoredLease'>> {
    const row = await this.db.selectFrom('leaseClock').select(['reading', 'restoredLease']).executeTakeFirst();
    return row ?? { reading: 0, restoredLease: null };
  }

  async reading(): Promise<number> {
    return (await this.look()).reading;
  }

  /** Undefined while another process moves it. */
  take(): Promise<LeaseClockRow | undefined> {
    return this.locked(this.db.selectFrom('leaseClock').selectAll(), 'skip').executeTakeFirst();
  }

  async set(reading: number, movedAt: number): Promise<void> {
    await this.db.updateTable('leaseClock').set({ reading, movedAt }).execute();
  }
}
