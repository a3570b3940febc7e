import { sql, type Kysely } from 'kysely';
import type { GitCredentials } from '../../protocol/messages';
import { VaultError, type Place, type Vault } from '../vault';
import type { Database, Dialect } from './database/database';
import type { Prepare } from './database/migrate';
import type { Untyped } from './migrations/migration';
import type { Schema } from './schema';

/** The columns that lie encrypted, each in a table with the primary key `id`. */
const SECRETS = [
  { table: 'stacks', column: 'environment' },
  // Holds nothing: it shows which key belongs to a database in which there is no secret yet.
  { table: 'sealing', column: 'value' },
  { table: 'stateVersions', column: 'contentKey' },
  { table: 'runEnvironments', column: 'environment' },
  { table: 'planChanges', column: 'lists' },
  { table: 'webhooks', column: 'secret' },
  { table: 'stackOutputs', column: 'outputs' },
  { table: 'runInputs', column: 'inputs' },
  { table: 'repositoryCredentials', column: 'credentials' },
  { table: 'pushHooks', column: 'secret' },
] as const;
type Secret = (typeof SECRETS)[number];

/** Where the environment of a stack lies. */
export const environmentOf = (stackId: string): Place => ({ ...SECRETS[0], row: stackId });

/** Where the key lies that the blob of a version of a state is encrypted with. */
export const contentKeyOf = (versionId: string): Place => ({ ...SECRETS[2], row: versionId });

/** Where what a single run has in its environment lies. */
export const ownEnvironmentOf = (runId: string): Place => ({ ...SECRETS[3], row: runId });
/** Where it lies what the plan of a run changes. */
export const listsOfChanges = (runId: string): Place => ({ ...SECRETS[4], row: runId });
/** Where the outputs of a stack lie. */
export const outputsOf = (stackId: string): Place => ({ table: 'stackOutputs', column: 'outputs', row: stackId });
/** Where it lies what a run has got of outputs. */
export const inputsOf = (runId: string): Place => ({ table: 'runInputs', column: 'inputs', row: runId });
/** Where what a webhook signs with lies. */
export const webhookSecretOf = (webhookId: string): Place => ({ table: 'webhooks', column: 'secret', row: webhookId });

/** Where the credentials for the git repository of a stack lie. */
export const repositoryCredentialsOf = (stackId: string): Place => ({
  table: 'repositoryCredentials',
  column: 'credentials',
  row: stackId,
});

/** Where the secret by which the git host of a stack tells of pushes lies. */
export const pushSecretOf = (stackId: string): Place => ({ table: 'pushHooks', column: 'secret', row: stackId });

/** Those that lie there; none where nothing does. */
export function openedCredentials(vault: Pick<Vault, 'open'>, stackId: string, sealed: string | null): GitCredentials {
  return sealed === null ? {} : (JSON.parse(vault.open(repositoryCredentialsOf(stackId), sealed)) as GitCredentials);
}

const PAGE = 20;
const PAGE_OF_BEGINNINGS = 1000;
/** Of a value: as much as names its key. */
const BEGINNING = 36;

interface Value {
  readonly id: string;
  readonly value: string;
}

type Warn = (message: string) => void;

/**
 * Encrypts what earlier versions stored as it was, once: afterwards such a value is refused. Goes on where it was broken
 * off.
 * @throws when the keys are not those that values are encrypted with
 */
export function prepareSecrets(vault: Vault, warn: Warn = () => undefined): Prepare {
  return async (db, dialect) => {
    if ((await db.selectFrom('sealing').select('id').execute()).length === 0) {
      await sealFirst(db, dialect, vault, warn);
    }
    for (const secret of SECRETS) await requireKeys(db, secret, vault);
  };
}

async function sealFirst(db: Kysely<Untyped>, dialect: Dialect, vault: Vault, warn: Warn): Promise<void> {
  let count = 0;
  for (const secret of SECRETS) {
    for await (const { id, value } of values(db, secret, PAGE, plain(secret))) {
      await exchange(db, secret, { id, value }, vault.seal({ ...secret, row: id }, value));
      count += 1;
    }
  }
  if (count > 0 && dialect === 'sqlite') await forgetOverwritten(db, warn);
  const place = { ...SECRETS[1], row: 'all' };
  await db
    .insertInto('sealing')
    .values({ id: place.row, value: vault.seal(place, '') })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** What was overwritten is still in free parts of the file and in its log. It takes as much room as the file has. */
async function forgetOverwritten(db: Kysely<Untyped>, warn: Warn): Promise<void> {
  try {
    await sql`VACUUM`.execute(db);
    await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(db);
  } catch (error) {
    warn(
      `secrets are encrypted in the database now, but parts of it that are free may still hold them readable, because it could not be written anew (${(error as Error).message}): do so with VACUUM while the control plane is stopped`,
    );
  }
}

/** That of each key some value opens; a single one may have been changed by somebody. */
async function requireKeys(db: Kysely<Untyped>, secret: Secret, vault: Vault): Promise<void> {
  const failures = new Map<string, Error | undefined>();
  const beginning = sql<string>`substr(${sql.ref(secret.column)}, 1, ${sql.lit(BEGINNING)})`;
  for await (const { id, value } of values(db, secret, PAGE_OF_BEGINNINGS, sql<boolean>`1 = 1`, beginning)) {
    const key = /^v1:([^:]*):/.exec(value)?.[1];
    if (key === undefined || (failures.has(key) && failures.get(key) === undefined)) continue;
    const whole = (await db.selectFrom(secret.table).select(secret.column).where('id', '=', id).executeTakeFirst()) as
      Record<string, string> | undefined;
    try {
      if (whole) vault.open({ ...secret, row: id }, whole[secret.column]!);
      failures.set(key, undefined);
    } catch (error) {
      failures.set(key, error as Error);
    }
  }
  for (const failure of failures.values()) if (failure) throw failure;
}

export interface Resealed {
  readonly count: number;
  /** What could not be opened, in words. */
  readonly failures: readonly string[];
}

/** Encrypts everything with the present key that is encrypted with a former one, row by row while others use them. */
export async function resealAll(
  database: Database<Schema>,
  vault: Vault,
  isStopping: () => boolean = () => false,
): Promise<Resealed> {
  const failures: string[] = [];
  let count = 0;
  for (const secret of SECRETS) {
    const prefix = `v1:${vault.currentKey}:`;
    const former = sql<boolean>`substr(${sql.ref(secret.column)}, 1, ${sql.lit(prefix.length)}) <> ${prefix}`;
    for await (const { id, value } of values(database.reads, secret, PAGE, former)) {
      if (isStopping()) return { count, failures };
      try {
        const resealed = vault.reseal({ ...secret, row: id }, value);
        if (resealed === undefined) continue;
        await database.transaction((db) => exchange(db, secret, { id, value }, resealed));
        count += 1;
      } catch (error) {
        if (!(error instanceof VaultError)) throw error;
        failures.push(error.message);
      }
    }
  }
  return { count, failures };
}

const plain = ({ column }: Secret) => sql<boolean>`substr(${sql.ref(column)}, 1, 3) <> 'v1:'`;

/** Rows in the order of their ids, a page at a time. */
async function* values(
  db: Kysely<Untyped>,
  { table, column }: Secret,
  page: number,
  which: ReturnType<typeof plain>,
  what = sql<string>`${sql.ref(column)}`,
): AsyncGenerator<Value> {
  let after = '';
  for (;;) {
    const rows = (await db
      .selectFrom(table)
      .select(['id', what.as('value')])
      .where('id', '>', after)
      .where(which)
      .orderBy('id')
      .limit(page)
      .execute()) as Value[];
    yield* rows;
    if (rows.length < page) return;
    after = rows.at(-1)!.id;
  }
}

/** Nothing when somebody else has changed it meanwhile: that is encrypted with a present key already. */
async function exchange(
  db: Kysely<Untyped>,
  { table, column }: Secret,
  { id, value }: Value,
  sealed: string,
): Promise<void> {
  await db
    .updateTable(table)
    .set({ [column]: sealed })
    .where('id', '=', id)
    .where(column, '=', value)
    .execute();
}
