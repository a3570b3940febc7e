import type { Kysely } from 'kysely';
import type { Environment } from './records';
import type { Schema } from './schema';
import { ownEnvironmentOf } from './secrets';
import type { Sealing } from './stacks';
import { Table, type Dialect } from './table';

/** What single runs have in their environments beside what their stacks have. */
export class RunEnvironmentTable extends Table {
  constructor(
    db: Kysely<Schema>,
    dialect: Dialect,
    private readonly vault: Sealing,
  ) {
    super(db, dialect);
  }

  /** As it is stored for a run: where transactions are done there may be no keys. */
  sealed(runId: string, environment: Environment): string {
    return this.vault.seal(ownEnvironmentOf(runId), JSON.stringify(environment));
  }

  async insert(runId: string, sealed: string): Promise<void> {
    await this.db.insertInto('runEnvironments').values({ id: runId, environment: sealed }).execute();
  }

  async find(runId: string): Promise<Environment | undefined> {
    const row = await this.db
      .selectFrom('runEnvironments')
      .select('environment')
      .where('id', '=', runId)
      .executeTakeFirst();
    return row && (JSON.parse(this.vault.open(ownEnvironmentOf(runId), row.environment)) as Environment);
  }

  async deleteOfStack(stackId: string): Promise<void> {
    await this.db
      .deleteFrom('runEnvironments')
      .where('id', 'in', (eb) => eb.selectFrom('runs').select('runs.id').where('runs.stackId', '=', stackId))
      .execute();
  }
}
