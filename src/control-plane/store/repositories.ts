import type { Kysely } from 'kysely';
import type { GitCredentials } from '../../protocol/messages';
import type { Schema } from './schema';
import { openedCredentials, repositoryCredentialsOf } from './secrets';
import type { Sealing } from './stacks';
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
    return openedCredentials(this.vault, stackId, row?.credentials ?? null);
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
