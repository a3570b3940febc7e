import { sql, type Selectable } from 'kysely';
import type { RunRecord, StackRecord } from './records';
import type { StackRow } from './schema';
import { Table } from './table';

export class StackTable extends Table {
  async insert(stack: StackRecord): Promise<void> {
    await this.db.insertInto('stacks').values(toRow(stack)).execute();
  }

  /** By name or ULID; undefined for one that never was or is deleted. */
  async find(nameOrId: string): Promise<StackRecord | undefined> {
    const row = await this.existing()
      .where((eb) => eb.or([eb('name', '=', nameOrId), eb('id', '=', nameOrId)]))
      .executeTakeFirst();
    return row && toStack(row);
  }

  /** By ULID, held until the transaction ends: what decides which run of a stack goes first looks at it alone. */
  async lock(id: string): Promise<StackRecord | undefined> {
    const row = await this.locked(this.existing().where('id', '=', id)).executeTakeFirst();
    return row && toStack(row);
  }

  /** The stack of a run, deleted or not. */
  async ofRun({ stackId }: Pick<RunRecord, 'stackId'>): Promise<StackRecord | undefined> {
    const row = await this.db.selectFrom('stacks').selectAll().where('id', '=', stackId).executeTakeFirst();
    return row && toStack(row);
  }

  async list(): Promise<StackRecord[]> {
    return (await this.existing().orderBy('name').execute()).map(toStack);
  }

  async update(stack: StackRecord): Promise<void> {
    const { id, name: _name, source: _source, createdAt: _createdAt, ...row } = toRow(stack);
    await this.db.updateTable('stacks').set(row).where('id', '=', id).execute();
  }

  /** Frees the name and forgets source and environment; the row stays for the history of its runs. */
  async delete(id: string, now: number): Promise<void> {
    await this.db
      .updateTable('stacks')
      .set({ name: sql`name || ' (deleted, ' || id || ')'`, environment: '{}', source: null, deletedAt: now })
      .where('id', '=', id)
      .execute();
  }

  async setSource(id: string, source: string): Promise<void> {
    await this.db.updateTable('stacks').set({ source }).where('id', '=', id).execute();
  }

  private existing() {
    return this.db.selectFrom('stacks').selectAll().where('deletedAt', 'is', null);
  }
}

function toRow(stack: StackRecord) {
  return { ...stack, autoDeploy: Number(stack.autoDeploy), environment: JSON.stringify(stack.environment) };
}

function toStack({ deletedAt: _, ...row }: Selectable<StackRow>): StackRecord {
  return {
    ...row,
    autoDeploy: row.autoDeploy === 1,
    environment: JSON.parse(row.environment) as Record<string, string>,
  };
}
