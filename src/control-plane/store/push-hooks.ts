import type { Kysely, Selectable } from 'kysely';
import type { Schema } from './schema';
import type { PushDeliveryRow, PushHookRow } from './schema-push-hooks';
import { pushSecretOf } from './secrets';
import type { Sealing } from './stacks';
import { chunks, Table, type Dialect } from './table';

/** Which pushes are followed by runs. */
export interface PushHookSettings {
  /** Whether pull requests of forks are, which run the code of others. */
  readonly forks: boolean;
  /** Folders and files whose changes count beside those of the project root; '' is all of the repository. */
  readonly paths: readonly string[];
}

/** That a stack hears of pushes; of its secret nothing. */
export interface PushHookRecord extends PushHookSettings {
  readonly stackId: string;
  readonly createdAt: number;
  /** When its secret was made. */
  readonly secretAt: number;
}

/** What a git host told of, and what came of it. */
export interface PushDelivery {
  readonly id: string;
  readonly receivedAt: number;
  /** Its kind. */
  readonly host: string;
  readonly event: string;
  /** The run that followed. */
  readonly runId: string | null;
  /** Why none did. */
  readonly message: string | null;
}

const COLUMNS = ['id', 'settings', 'createdAt', 'secretAt'] as const satisfies readonly (keyof PushHookRow)[];

export class PushHookTable extends Table {
  constructor(
    db: Kysely<Schema>,
    dialect: Dialect,
    private readonly vault: Sealing,
  ) {
    super(db, dialect);
  }

  async insert({ stackId, createdAt, secretAt, ...settings }: PushHookRecord, secret: string): Promise<void> {
    const sealed = this.vault.seal(pushSecretOf(stackId), secret);
    const row = { id: stackId, createdAt, secretAt, secret: sealed, settings: toSettings(settings) };
    await this.db.insertInto('pushHooks').values(row).execute();
  }

  async setSettings(stackId: string, settings: PushHookSettings): Promise<void> {
    await this.db
      .updateTable('pushHooks')
      .set({ settings: toSettings(settings) })
      .where('id', '=', stackId)
      .execute();
  }

  async setSecret(stackId: string, secret: string, secretAt: number): Promise<void> {
    const sealed = this.vault.seal(pushSecretOf(stackId), secret);
    await this.db.updateTable('pushHooks').set({ secret: sealed, secretAt }).where('id', '=', stackId).execute();
  }

  /** With its deliveries. */
  async delete(stackId: string): Promise<void> {
    await this.db.deleteFrom('pushHooks').where('id', '=', stackId).execute();
  }

  async find(stackId: string): Promise<PushHookRecord | undefined> {
    return (await this.ofStacks([stackId])).get(stackId);
  }

  /** Stacks without one are left out. */
  async ofStacks(stackIds: readonly string[]): Promise<Map<string, PushHookRecord>> {
    const found = new Map<string, PushHookRecord>();
    for (const chunk of chunks(stackIds)) {
      const rows = await this.db.selectFrom('pushHooks').select(COLUMNS).where('id', 'in', chunk).execute();
      for (const row of rows) found.set(row.id, toHook(row));
    }
    return found;
  }

  async secret(stackId: string): Promise<string | undefined> {
    const query = this.db.selectFrom('pushHooks').select('secret').where('id', '=', stackId);
    const row = await query.executeTakeFirst();
    return row && this.vault.open(pushSecretOf(stackId), row.secret);
  }

  /** Keeps the newest of a stack that still hears of pushes. */
  async addDelivery(stackId: string, delivery: PushDelivery, kept: number): Promise<void> {
    const { db } = this;
    const hook = await this.locked(db.selectFrom('pushHooks').select('id').where('id', '=', stackId)).execute();
    if (hook.length === 0) return;
    await db
      .insertInto('pushDeliveries')
      .values({ ...delivery, stackId })
      .execute();
    const ofStack = db.selectFrom('pushDeliveries').select('id').where('stackId', '=', stackId);
    const oldest = await ofStack.orderBy('id', 'desc').limit(1).offset(kept).executeTakeFirst();
    if (!oldest) return;
    await db.deleteFrom('pushDeliveries').where('stackId', '=', stackId).where('id', '<=', oldest.id).execute();
  }

  /** Newest first. */
  async deliveries(stackId: string, limit: number): Promise<PushDelivery[]> {
    const query = this.db.selectFrom('pushDeliveries').selectAll().where('stackId', '=', stackId);
    return (await query.orderBy('id', 'desc').limit(limit).execute()).map(toDelivery);
  }
}

const toSettings = ({ forks, paths }: PushHookSettings): string => JSON.stringify({ forks, paths });

function toHook({ id, settings, ...row }: Pick<Selectable<PushHookRow>, (typeof COLUMNS)[number]>): PushHookRecord {
  return { stackId: id, ...row, ...(JSON.parse(settings) as PushHookSettings) };
}

const toDelivery = ({ stackId: _, ...row }: Selectable<PushDeliveryRow>): PushDelivery => row;
