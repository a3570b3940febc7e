import type { Selectable } from 'kysely';
import type { ModuleVersionState } from './records';
import type { ModuleRow, ModuleTestRow, ModuleVersionRow } from './schema-modules';
import { chunks, Table } from './table';

/** What a module has beside what it has as its stacks have it. */
export interface ModuleSettings {
  readonly name: string;
  /** As sources name it: of `SPACE/NAME/PROVIDER` the last. */
  readonly provider: string;
  readonly space: string;
  readonly description: string | null;
  readonly labels: readonly string[];
  readonly updatedAt: number;
}

export interface ModuleRecord extends ModuleSettings {
  /** Of its row among the stacks, too. */
  readonly id: string;
}

export interface ModuleVersionRecord {
  /** Grows with every version. */
  readonly position: number;
  readonly id: string;
  readonly moduleId: string;
  /** Such as 1.2.3. Of those that did not fail, one of a module has it. */
  readonly number: string;
  readonly state: ModuleVersionState;
  /** Blob, or a name for that it is a commit of `repository`. */
  readonly source: string;
  /** URL; null where the source was uploaded. */
  readonly repository: string | null;
  readonly commitSha: string | null;
  readonly projectRoot: string;
  readonly createdAt: number;
  /** Since when it is offered no more. */
  readonly yankedAt: number | null;
  readonly yankNote: string | null;
}

/** A run that tests a version. */
export interface ModuleTest {
  readonly runId: string;
  readonly versionId: string;
  /** Folder inside the source. */
  readonly projectRoot: string;
  /** Null: it has not ended. */
  readonly passed: boolean | null;
}

type NewVersion = Omit<ModuleVersionRecord, 'position' | 'yankedAt' | 'yankNote'>;

export class ModuleTable extends Table {
  async insert(module: ModuleRecord): Promise<void> {
    await this.db
      .insertInto('modules')
      .values({ ...module, labels: JSON.stringify(module.labels) })
      .execute();
  }

  async update(id: string, { description, labels, updatedAt }: ModuleSettings): Promise<void> {
    const row = { description, labels: JSON.stringify(labels), updatedAt };
    await this.db.updateTable('modules').set(row).where('id', '=', id).execute();
  }

  /** With its versions. @returns the sources of these */
  async delete(id: string): Promise<string[]> {
    const rows = await this.db.selectFrom('moduleVersions').select('source').where('moduleId', '=', id).execute();
    await this.db.deleteFrom('modules').where('id', '=', id).execute();
    return [...new Set(rows.map(({ source }) => source))];
  }

  /** Those with these ids; what was deleted is left out. */
  async findAll(ids: readonly string[]): Promise<ModuleRecord[]> {
    const found: ModuleRecord[] = [];
    for (const chunk of chunks(ids)) {
      const rows = await this.db.selectFrom('modules').selectAll().where('id', 'in', chunk).execute();
      found.push(...rows.map(toModule));
    }
    return found;
  }

  async find(id: string): Promise<ModuleRecord | undefined> {
    return (await this.findAll([id]))[0];
  }

  /** By space, name and provider. */
  async list(): Promise<ModuleRecord[]> {
    const query = this.db.selectFrom('modules').selectAll().orderBy('space').orderBy('name').orderBy('provider');
    return (await query.execute()).map(toModule);
  }

  async insertVersion(version: NewVersion): Promise<void> {
    await this.db.insertInto('moduleVersions').values(version).execute();
  }

  async insertTests(tests: readonly Omit<ModuleTest, 'passed'>[]): Promise<void> {
    await this.db.insertInto('moduleTests').values(tests).execute();
  }

  /** Of these modules, newest first. */
  async versionsOf(moduleIds: readonly string[]): Promise<ModuleVersionRecord[]> {
    const found: ModuleVersionRecord[] = [];
    for (const chunk of chunks(moduleIds)) {
      const query = this.versions().where('moduleId', 'in', chunk).orderBy('position', 'desc');
      found.push(...(await query.execute()).map(toVersion));
    }
    return found;
  }

  async findVersion(id: string): Promise<ModuleVersionRecord | undefined> {
    const row = await this.versions().where('id', '=', id).executeTakeFirst();
    return row && toVersion(row);
  }

  /** Held until the transaction ends. */
  async lockVersion(id: string): Promise<ModuleVersionRecord | undefined> {
    const row = await this.locked(this.versions().where('id', '=', id)).executeTakeFirst();
    return row && toVersion(row);
  }

  /** The version that a run tests. */
  async versionOfRun(runId: string): Promise<string | undefined> {
    const query = this.db.selectFrom('moduleTests').select('versionId').where('runId', '=', runId);
    return (await query.executeTakeFirst())?.versionId;
  }

  /** Of these versions, in the order in which they were queued. */
  async testsOf(versionIds: readonly string[]): Promise<ModuleTest[]> {
    const found: ModuleTest[] = [];
    for (const chunk of chunks(versionIds)) {
      const query = this.db.selectFrom('moduleTests').selectAll().where('versionId', 'in', chunk).orderBy('runId');
      found.push(...(await query.execute()).map(toTest));
    }
    return found;
  }

  async endTest(runId: string, passed: boolean): Promise<void> {
    const row = { passed: Number(passed) };
    await this.db.updateTable('moduleTests').set(row).where('runId', '=', runId).execute();
  }

  async setState(versionId: string, state: ModuleVersionState): Promise<void> {
    await this.db.updateTable('moduleVersions').set({ state }).where('id', '=', versionId).execute();
  }

  async yank(versionId: string, yankedAt: number, yankNote: string | null): Promise<void> {
    await this.db.updateTable('moduleVersions').set({ yankedAt, yankNote }).where('id', '=', versionId).execute();
  }

  /** Which of these sources a version names that may be asked for. */
  async namedSources(blobs: readonly string[]): Promise<string[]> {
    const named: string[] = [];
    for (const chunk of chunks(blobs)) {
      const query = this.db.selectFrom('moduleVersions').select('source').where('source', 'in', chunk);
      const rows = await query.where('state', '<>', 'FAILED').where('yankedAt', 'is', null).distinct().execute();
      named.push(...rows.map(({ source }) => source));
    }
    return named;
  }

  private versions() {
    return this.db.selectFrom('moduleVersions').selectAll();
  }
}

const toModule = ({ labels, ...row }: Selectable<ModuleRow>): ModuleRecord => ({
  ...row,
  labels: JSON.parse(labels) as string[],
});

const toVersion = ({ position, ...row }: Selectable<ModuleVersionRow>): ModuleVersionRecord => ({
  ...row,
  position: Number(position),
});

const toTest = ({ passed, ...row }: Selectable<ModuleTestRow>): ModuleTest => ({
  ...row,
  passed: passed === null ? null : passed === 1,
});
