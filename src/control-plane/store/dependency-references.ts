import type { Selectable } from 'kysely';
import type { StackDependencyReference } from './records';
import type { DependencyReferenceRow } from './schema-dependencies';
import { chunks, Table } from './table';

/** Which outputs of the stacks that they depend on stacks take into their environments. */
export class DependencyReferenceTable extends Table {
  async insert(reference: StackDependencyReference): Promise<void> {
    await this.db
      .insertInto('dependencyReferences')
      .values({ ...reference, triggerAlways: Number(reference.triggerAlways) })
      .execute();
  }

  async update({ id, outputName, inputName, triggerAlways, changedAt }: StackDependencyReference): Promise<void> {
    await this.db
      .updateTable('dependencyReferences')
      .set({ outputName, inputName, triggerAlways: Number(triggerAlways), changedAt })
      .where('id', '=', id)
      .execute();
  }

  async delete(id: string): Promise<void> {
    await this.db.deleteFrom('dependencyReferences').where('id', '=', id).execute();
  }

  async find(id: string): Promise<StackDependencyReference | undefined> {
    const row = await this.db.selectFrom('dependencyReferences').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toReference(row);
  }

  /** Those of the dependencies, by the names of their inputs. */
  async ofDependencies(dependencyIds: readonly string[]): Promise<StackDependencyReference[]> {
    const found: StackDependencyReference[] = [];
    for (const chunk of chunks(dependencyIds)) {
      const rows = await this.db
        .selectFrom('dependencyReferences')
        .selectAll()
        .where('dependencyId', 'in', chunk)
        .orderBy('inputName')
        .execute();
      found.push(...rows.map(toReference));
    }
    return found;
  }

  async countOfStack(stackId: string): Promise<number> {
    const { n } = await this.db
      .selectFrom('dependencyReferences')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('stackId', '=', stackId)
      .executeTakeFirstOrThrow();
    return Number(n);
  }

  /** Those by which a stack takes outputs of another. */
  async between(stackId: string, dependsOnStackId: string): Promise<StackDependencyReference[]> {
    const rows = await this.db
      .selectFrom('dependencyReferences')
      .innerJoin('stackDependencies', 'stackDependencies.id', 'dependencyReferences.dependencyId')
      .selectAll('dependencyReferences')
      .where('dependencyReferences.stackId', '=', stackId)
      .where('stackDependencies.dependsOnStackId', '=', dependsOnStackId)
      .execute();
    return rows.map(toReference);
  }

  /** When the newest tracked run of a stack that has had success got its inputs; undefined when none has. */
  async inputsTakenAt(stackId: string): Promise<number | undefined> {
    const row = await this.db
      .selectFrom('runs')
      .innerJoin('assignments', 'assignments.runId', 'runs.id')
      .select('assignments.startedAt')
      .where('runs.stackId', '=', stackId)
      .where('runs.type', '=', 'TRACKED')
      .where('runs.state', '=', 'FINISHED')
      .where('assignments.stage', '=', 'preparing')
      .where('assignments.startedAt', 'is not', null)
      .orderBy('runs.position', 'desc')
      .orderBy('assignments.attempt', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row?.startedAt ?? undefined;
  }
}

const toReference = (row: Selectable<DependencyReferenceRow>): StackDependencyReference => ({
  ...row,
  triggerAlways: row.triggerAlways === 1,
});
