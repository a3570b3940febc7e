import type { LeaseClockRow } from './schema';
import { Statement } from './statement';
import { Table } from './table';

/** What is known of leases together. */
export interface LeaseCount {
  readonly all: number;
  /** Those whose holders were heard of last before a reading. */
  readonly heardBefore: number;
  /** The reading at which the holder was heard of last that has been silent longest; null where there is none. */
  readonly oldest: number | null;
}

/** The row of an aggregate, whose numbers PostgreSQL gives as texts. */
export const leaseCount = (row: Readonly<Record<keyof LeaseCount, unknown>>): LeaseCount => ({
  all: Number(row.all),
  heardBefore: Number(row.heardBefore),
  oldest: row.oldest === null ? null : Number(row.oldest),
});

export type LeaseReading = Pick<LeaseClockRow, 'reading' | 'restoredLease'>;

/** The one row of the clock that leases go by: see queue/lease-clock.ts. */
export class LeaseClockTable extends Table {
  private static readonly looked = new Statement((table: LeaseClockTable) =>
    table.db.selectFrom('leaseClock').select(['reading', 'restoredLease']),
  );

  async look(): Promise<LeaseReading> {
    const row = await this.row(LeaseClockTable.looked, {});
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
