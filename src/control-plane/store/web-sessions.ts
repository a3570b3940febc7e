import { Statement } from './statement';
import { Table } from './table';

export interface WebSessionRecord {
  /** SHA-256 of what its cookie holds, in base64url. */
  readonly idHash: string;
  readonly keyId: string;
  /** Of the key as it was at the log-in. */
  readonly stamp: string;
  readonly createdAt: number;
  /** To the minute. */
  readonly usedAt: number;
  /** Whether it is used or not. */
  readonly endsAt: number;
}

export class WebSessionTable extends Table {
  async insert(session: WebSessionRecord): Promise<void> {
    await this.db.insertInto('webSessions').values(session).execute();
  }

  private static readonly found = new Statement((sessions: WebSessionTable, { idHash }: { idHash: string }) =>
    sessions.db.selectFrom('webSessions').selectAll().where('idHash', '=', idHash),
  );

  find(idHash: string): Promise<WebSessionRecord | undefined> {
    return this.row(WebSessionTable.found, { idHash });
  }

  /** Those of a key, the one that was used last first. */
  ofKey(keyId: string): Promise<WebSessionRecord[]> {
    const all = this.db.selectFrom('webSessions').selectAll().where('keyId', '=', keyId);
    return all.orderBy('usedAt', 'desc').orderBy('idHash').execute();
  }

  async use(idHash: string, usedAt: number): Promise<void> {
    await this.db.updateTable('webSessions').set({ usedAt }).where('idHash', '=', idHash).execute();
  }

  async delete(idHash: string): Promise<void> {
    await this.db.deleteFrom('webSessions').where('idHash', '=', idHash).execute();
  }

  async deleteOfKey(keyId: string): Promise<void> {
    await this.db.deleteFrom('webSessions').where('keyId', '=', keyId).execute();
  }

  /** Those that are over by now, or that nobody has used since. */
  async deleteEnded(now: number, usedSince: number): Promise<void> {
    await this.db
      .deleteFrom('webSessions')
      .where((eb) => eb.or([eb('endsAt', '<=', now), eb('usedAt', '<=', usedSince)]))
      .execute();
  }
}
