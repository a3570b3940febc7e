import type { Kysely, Selectable } from 'kysely';
import type { LockInfo } from '../../protocol/messages';
import type { StateLock, StateVersion } from './records';
import type { Schema, StateLockRow } from './schema';
import { contentKeyOf } from './secrets';
import type { Sealing } from './stacks';
import { chunks, Table, type Dialect } from './table';

/** All but the key of the blob. */
const COLUMNS = [
  'id',
  'stackId',
  'number',
  'serial',
  'lineage',
  'bytes',
  'sha256',
  'blob',
  'createdAt',
  'runId',
  'restoredFrom',
] as const satisfies readonly (keyof StateVersion)[];

/** States of stacks: their versions, and who has locked them. */
export class StateTable extends Table {
  constructor(
    db: Kysely<Schema>,
    dialect: Dialect,
    private readonly vault: Sealing,
  ) {
    super(db, dialect);
  }

  async insert(version: StateVersion, contentKey: string): Promise<void> {
    const sealed = this.vault.seal(contentKeyOf(version.id), contentKey);
    await this.db
      .insertInto('stateVersions')
      .values({ ...version, contentKey: sealed })
      .execute();
  }

  /** The newest, or the one of a number. */
  async find(stackId: string, number?: number): Promise<StateVersion | undefined> {
    const query = this.versionsOf(stackId).limit(1);
    return (number === undefined ? query : query.where('number', '=', number)).executeTakeFirst();
  }

  /** Newest first. */
  list(stackId: string, limit: number): Promise<StateVersion[]> {
    return this.versionsOf(stackId).limit(limit).execute();
  }

  /** What the blob of a version is encrypted with. */
  async contentKey({ id }: Pick<StateVersion, 'id'>): Promise<string | undefined> {
    const row = await this.db.selectFrom('stateVersions').select('contentKey').where('id', '=', id).executeTakeFirst();
    return row && this.vault.open(contentKeyOf(id), row.contentKey);
  }

  /** Deletes all but the newest so many. @returns their blobs */
  async deleteAllBut(stackId: string, kept: number): Promise<string[]> {
    const old = await this.versionsOf(stackId).limit(OLD_AT_ONCE).offset(kept).execute();
    for (const some of chunks(old.map(({ id }) => id))) {
      await this.db.deleteFrom('stateVersions').where('id', 'in', some).execute();
    }
    return old.map(({ blob }) => blob);
  }

  /** Which of these blobs a version names. */
  async named(blobs: readonly string[]): Promise<string[]> {
    const found: string[] = [];
    for (const some of chunks(blobs)) {
      const rows = await this.db.selectFrom('stateVersions').select('blob').where('blob', 'in', some).execute();
      found.push(...rows.map(({ blob }) => blob));
    }
    return found;
  }

  async lockOf(stackId: string): Promise<StateLock | undefined> {
    const row = await this.db.selectFrom('stateLocks').selectAll().where('stackId', '=', stackId).executeTakeFirst();
    return row && toLock(row);
  }

  async lock(lock: StateLock): Promise<void> {
    await this.db
      .insertInto('stateLocks')
      .values({ ...lock, info: JSON.stringify(lock.info) })
      .execute();
  }

  async unlock(stackId: string): Promise<void> {
    await this.db.deleteFrom('stateLocks').where('stackId', '=', stackId).execute();
  }

  private versionsOf(stackId: string) {
    return this.db.selectFrom('stateVersions').select(COLUMNS).where('stackId', '=', stackId).orderBy('number', 'desc');
  }
}

/** SQLite wants a limit before an offset. */
const OLD_AT_ONCE = 10_000;

function toLock(row: Selectable<StateLockRow>): StateLock {
  return { ...row, info: JSON.parse(row.info) as LockInfo };
}
