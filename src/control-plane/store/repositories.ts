import type { Kysely } from 'kysely';
import type { GitCredentials } from '../../protocol/messages';
import type { Schema } from './schema';
import { repositoryCredentialsOf } from './secrets';
import type { Sealing } from './stacks';
import { Statement } from './statement';
import { Table, type Dialect } from './table';

/** What is secret about the git repositories of stacks. */
export class RepositoryTable extends Table {
  constructor(
    db: Kysely<Schema>,
    dialect: Dialect,
    private readonly vault: Sealing,
  ) {
    super(db, dialect);
  }

  async credentials(stackId: string): Promise<GitCredentials> {
    const row = await this.db
      .selectFrom('repositoryCredentials')
      .select('credentials')
      .where('id', '=', stackId)
      .executeTakeFirst();
    return row ? this.opened(stackId, row.credentials) : {};
  }

  private static readonly ofRun = new Statement((repositories: RepositoryTable, { runId }: { runId: string }) =>
    repositories.db
      .selectFrom('runs')
      .innerJoin('repositoryCredentials', 'repositoryCredentials.id', 'runs.stackId')
      .select(['repositoryCredentials.id', 'repositoryCredentials.credentials'])
      .where('runs.id', '=', runId),
  );

  /** Those of the stack of a run. */
  async credentialsOfRun(runId: string): Promise<GitCredentials> {
    const row = await this.row(RepositoryTable.ofRun, { runId });
    return row ? this.opened(row.id, row.credentials) : {};
  }

  private opened(stackId: string, sealed: string): GitCredentials {
    return JSON.parse(this.vault.open(repositoryCredentialsOf(stackId), sealed)) as GitCredentials;
  }

  async setCredentials(stackId: string, credentials: GitCredentials): Promise<void> {
    const sealed = this.vault.seal(repositoryCredentialsOf(stackId), JSON.stringify(credentials));
    await this.db
      .insertInto('repositoryCredentials')
      .values({ id: stackId, credentials: sealed })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ credentials: sealed }))
      .execute();
  }

  /** Everything of a stack. */
  async delete(stackId: string): Promise<void> {
    await this.db.deleteFrom('repositoryCredentials').where('id', '=', stackId).execute();
  }
}
