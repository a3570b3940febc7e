import type { Database, Row } from './database';
import type { PoolRecord } from './records';

export interface FormerCredentials {
  readonly certificate: string;
  readonly replacedAt: number;
}

export class PoolTable {
  constructor(private readonly db: Database) {}

  insert(pool: Omit<PoolRecord, 'revision'>): void {
    this.db.run(
      `INSERT INTO pools (id, name, description, labels, space, driftDetectionRunLimit, config, certificate, fingerprint, createdAt, updatedAt)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      pool.id,
      pool.name,
      pool.description,
      JSON.stringify(pool.labels),
      pool.space,
      pool.driftDetectionRunLimit,
      pool.config,
      pool.certificate,
      pool.fingerprint,
      pool.createdAt,
      pool.updatedAt,
    );
  }

  /** Replaces the credentials; the former ones are remembered. Runs inside a transaction. */
  setCredentials(
    id: string,
    credentials: Pick<PoolRecord, 'config' | 'certificate' | 'fingerprint'>,
    now: number,
  ): void {
    this.db.run(
      `INSERT OR REPLACE INTO formerCredentials (poolId, fingerprint, certificate, replacedAt)
       SELECT id, fingerprint, certificate, ? FROM pools WHERE id = ?`,
      now,
      id,
    );
    this.db.run(
      'UPDATE pools SET config = ?, certificate = ?, fingerprint = ?, updatedAt = ? WHERE id = ?',
      credentials.config,
      credentials.certificate,
      credentials.fingerprint,
      now,
      id,
    );
  }

  /** The credentials of a pool by their fingerprint, if a reset has replaced them. */
  formerCredentials(id: string, fingerprint: string): FormerCredentials | undefined {
    return this.db.get(
      'SELECT certificate, replacedAt FROM formerCredentials WHERE poolId = ? AND fingerprint = ?',
      id,
      fingerprint,
    );
  }

  /** Undefined for a pool that never was or is deleted. */
  find(id: string): PoolRecord | undefined {
    const row = this.db.get<Row>('SELECT * FROM pools WHERE id = ? AND deletedAt IS NULL', id);
    return row && toPool(row);
  }

  findByName(name: string): PoolRecord[] {
    return this.db.all<Row>('SELECT * FROM pools WHERE name = ? AND deletedAt IS NULL', name).map(toPool);
  }

  list(): PoolRecord[] {
    return this.db.all<Row>('SELECT * FROM pools WHERE deletedAt IS NULL ORDER BY name, id').map(toPool);
  }

  delete(id: string, now: number): void {
    this.db.run('UPDATE pools SET deletedAt = ?, updatedAt = ? WHERE id = ?', now, now, id);
  }

  revision(id: string): number {
    return Number(this.db.get<Row>('SELECT revision FROM pools WHERE id = ?', id)?.revision ?? 0);
  }

  /** The next revision, for the workers that change in the same transaction. */
  nextRevision(id: string): number {
    return Number(
      this.db.get<Row>('UPDATE pools SET revision = revision + 1 WHERE id = ? RETURNING revision', id)?.revision,
    );
  }
}

function toPool(row: Row): PoolRecord {
  return { ...row, labels: JSON.parse(row.labels as string) as string[] } as unknown as PoolRecord;
}
