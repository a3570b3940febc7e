import type { ApiKeyRecord } from './records';
import { Statement } from './statement';
import { Table } from './table';

export class ApiKeyTable extends Table {
  async insert(key: ApiKeyRecord): Promise<void> {
    await this.db.insertInto('apiKeys').values(key).execute();
  }

  private static readonly found = new Statement((keys: ApiKeyTable, { id }: { id: string }) =>
    keys.db.selectFrom('apiKeys').selectAll().where('id', '=', id),
  );

  find(id: string): Promise<ApiKeyRecord | undefined> {
    return this.row(ApiKeyTable.found, { id });
  }

  /** The same, held until the transaction ends. */
  lock(id: string): Promise<ApiKeyRecord | undefined> {
    return this.locked(this.db.selectFrom('apiKeys').selectAll().where('id', '=', id)).executeTakeFirst();
  }

  findByName(name: string): Promise<ApiKeyRecord | undefined> {
    return this.db.selectFrom('apiKeys').selectAll().where('name', '=', name).executeTakeFirst();
  }

  /** By name. */
  list(): Promise<ApiKeyRecord[]> {
    return this.db.selectFrom('apiKeys').selectAll().orderBy('name').execute();
  }

  async count(): Promise<number> {
    const counted = await this.db
      .selectFrom('apiKeys')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .executeTakeFirst();
    return Number(counted?.n ?? 0);
  }

  async update(
    id: string,
    change: Partial<Pick<ApiKeyRecord, 'name' | 'role' | 'lastUsedAt' | 'oidc'>>,
  ): Promise<void> {
    await this.db.updateTable('apiKeys').set(change).where('id', '=', id).execute();
  }

  async delete(id: string): Promise<void> {
    await this.db.deleteFrom('apiKeys').where('id', '=', id).execute();
  }
}
