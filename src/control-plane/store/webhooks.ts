import { sql, type Kysely, type Selectable } from 'kysely';
import type { DeliveryRecord, RunState, WebhookFilter, WebhookRecord } from './records';
import type { Schema } from './schema';
import type { DeliveryRow, WebhookRow } from './schema-webhooks';
import { webhookSecretOf } from './secrets';
import type { Sealing } from './stacks';
import { Statement } from './statement';
import { chunks, Table, type Dialect } from './table';

/** All but the secret. */
const COLUMNS = [
  'id',
  'name',
  'endpoint',
  'enabled',
  'space',
  'labels',
  'runStates',
  'stackIds',
  'retryOnFailure',
  'createdAt',
  'updatedAt',
  'failures',
  'pausedUntil',
] as const satisfies readonly (keyof WebhookRow)[];

/** What people say of a webhook. */
export type WebhookSettings = Omit<WebhookRecord, 'id' | 'createdAt' | 'failures' | 'pausedUntil'>;

/** A delivery that is to be made. */
export type NewDelivery = Pick<DeliveryRecord, 'id' | 'webhookId' | 'runId' | 'stateVersion' | 'payload' | 'createdAt'>;

/** How an attempt came out. */
export interface AttemptResult extends Pick<
  DeliveryRecord,
  'state' | 'dueAt' | 'attemptedAt' | 'durationMs' | 'status' | 'error'
> {
  readonly id: string;
  /** Before it. */
  readonly attempts: number;
}

const isWaiting = sql<boolean>`"webhookDeliveries"."state" = 'WAITING'`;

/** Whatever the clock of the process that looks says. */
const AT_ONCE = 0;

/** Nothing earlier of its run waits for the same webhook, due or not. */
const isItsTurn = sql<boolean>`NOT EXISTS (
  SELECT 1 FROM "webhookDeliveries" AS "earlier"
  WHERE "earlier"."webhookId" = "webhookDeliveries"."webhookId"
    AND "earlier"."runId" = "webhookDeliveries"."runId"
    AND "earlier"."stateVersion" < "webhookDeliveries"."stateVersion"
    AND "earlier"."state" = 'WAITING')`;

/** Whom changes of runs are told to, and what they are to be told. */
export class WebhookTable extends Table {
  constructor(
    db: Kysely<Schema>,
    dialect: Dialect,
    private readonly vault: Sealing,
  ) {
    super(db, dialect);
  }

  async insert(webhook: Omit<WebhookRecord, 'failures' | 'pausedUntil'>, secret: string): Promise<void> {
    const row = { id: webhook.id, createdAt: webhook.createdAt, ...toRow(webhook) };
    await this.db
      .insertInto('webhooks')
      .values({ ...row, secret: this.vault.seal(webhookSecretOf(webhook.id), secret) })
      .execute();
  }

  /** A secret that is left out stays. What failed before counts no more. */
  async update(id: string, settings: WebhookSettings, secret?: string): Promise<void> {
    const sealed = secret === undefined ? {} : { secret: this.vault.seal(webhookSecretOf(id), secret) };
    await this.db
      .updateTable('webhooks')
      .set({ ...toRow(settings), ...sealed, failures: 0, pausedUntil: 0 })
      .where('id', '=', id)
      .execute();
  }

  /** With its deliveries. */
  async delete(id: string): Promise<void> {
    await this.db.deleteFrom('webhooks').where('id', '=', id).execute();
  }

  async find(id: string): Promise<WebhookRecord | undefined> {
    const row = await this.db.selectFrom('webhooks').select(COLUMNS).where('id', '=', id).executeTakeFirst();
    return row && toWebhook(row);
  }

  /** The same, held until the transaction ends. */
  async lock(id: string): Promise<WebhookRecord | undefined> {
    const row = await this.locked(
      this.db.selectFrom('webhooks').select(COLUMNS).where('id', '=', id),
    ).executeTakeFirst();
    return row && toWebhook(row);
  }

  /** By name. */
  async list(): Promise<WebhookRecord[]> {
    return (await this.db.selectFrom('webhooks').select(COLUMNS).orderBy('name').execute()).map(toWebhook);
  }

  async count(): Promise<number> {
    const query = this.db.selectFrom('webhooks').select((eb) => eb.fn.countAll<number>().as('n'));
    return Number((await query.executeTakeFirst())?.n ?? 0);
  }

  private static readonly listeningAll = new Statement((table: WebhookTable, _values: object) =>
    table.db.selectFrom('webhooks').select(['id', 'runStates', 'stackIds']).where('enabled', '=', sql.lit(1)),
  );

  /** Those that are enabled, and what each wants to hear of. */
  async listening(): Promise<WebhookFilter[]> {
    const rows = await this.rows(WebhookTable.listeningAll, {});
    return rows.map(({ id, runStates, stackIds }) => ({
      id,
      runStates: JSON.parse(runStates) as RunState[],
      stackIds: JSON.parse(stackIds) as string[],
    }));
  }

  async addDeliveries(deliveries: readonly NewDelivery[]): Promise<void> {
    for (const chunk of chunks(deliveries)) {
      const rows = chunk.map((one) => ({ ...one, state: 'WAITING', dueSince: one.createdAt, dueAt: AT_ONCE }));
      await this.db.insertInto('webhookDeliveries').values(rows).execute();
    }
  }

  /** Webhooks to which something is to be delivered now, and at which nobody is at work. */
  async due(now: number): Promise<string[]> {
    const rows = await this.db
      .selectFrom('webhooks')
      .select('id')
      .where('enabled', '=', 1)
      .where('pausedUntil', '<=', now)
      .where('leaseUntil', '<=', now)
      .where((eb) =>
        eb.exists(
          eb
            .selectFrom('webhookDeliveries')
            .select('webhookDeliveries.id')
            .whereRef('webhookDeliveries.webhookId', '=', 'webhooks.id')
            .where(isWaiting)
            .where('webhookDeliveries.dueAt', '<=', now)
            .where(isItsTurn),
        ),
      )
      .execute();
    return rows.map(({ id }) => id);
  }

  /** Takes the lease of a webhook, or takes it again; undefined while somebody else has it, or nothing may be sent. */
  async take(
    id: string,
    { holder, now, until }: { readonly holder: string; readonly now: number; readonly until: number },
  ): Promise<(WebhookRecord & { readonly secret: string }) | undefined> {
    const query = this.db
      .selectFrom('webhooks')
      .select([...COLUMNS, 'secret'])
      .where('id', '=', id)
      .where('enabled', '=', 1)
      .where('pausedUntil', '<=', now)
      .where((eb) => eb.or([eb('leaseUntil', '<=', now), eb('leaseHolder', '=', holder)]));
    const row = await this.locked(query, 'skip').executeTakeFirst();
    if (!row) return undefined;
    await this.db
      .updateTable('webhooks')
      .set({ leaseHolder: holder, leaseUntil: until })
      .where('id', '=', id)
      .execute();
    return { ...toWebhook(row), secret: this.vault.open(webhookSecretOf(id), row.secret) };
  }

  async release(id: string, holder: string): Promise<void> {
    await this.db
      .updateTable('webhooks')
      .set({ leaseHolder: null, leaseUntil: 0 })
      .where('id', '=', id)
      .where('leaseHolder', '=', holder)
      .execute();
  }

  async setFailures(id: string, failures: number, pausedUntil: number): Promise<void> {
    await this.db.updateTable('webhooks').set({ failures, pausedUntil }).where('id', '=', id).execute();
  }

  /** What is due now, of each run its earliest change alone. */
  async dueOf(webhookId: string, now: number, limit: number): Promise<DeliveryRecord[]> {
    const rows = await this.db
      .selectFrom('webhookDeliveries')
      .selectAll()
      .where('webhookId', '=', webhookId)
      .where(isWaiting)
      .where('dueAt', '<=', now)
      .where(isItsTurn)
      .orderBy('position')
      .limit(limit)
      .execute();
    return rows.map(toDelivery);
  }

  /** Nothing, when somebody else has tried it meanwhile. */
  async attempted({ id, attempts, ...result }: AttemptResult): Promise<void> {
    await this.db
      .updateTable('webhookDeliveries')
      .set({ ...result, attempts: attempts + 1 })
      .where('id', '=', id)
      .where('attempts', '=', attempts)
      .execute();
  }

  /** Newest first. */
  async deliveries(webhookId: string, limit: number): Promise<DeliveryRecord[]> {
    const query = this.db.selectFrom('webhookDeliveries').selectAll().where('webhookId', '=', webhookId);
    return (await query.orderBy('position', 'desc').limit(limit).execute()).map(toDelivery);
  }

  async delivery(id: string): Promise<DeliveryRecord | undefined> {
    const row = await this.db.selectFrom('webhookDeliveries').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toDelivery(row);
  }

  /** Delivers it again, under the same id. */
  async deliverAgain(id: string, now: number): Promise<void> {
    await this.db
      .updateTable('webhookDeliveries')
      .set({ state: 'WAITING', dueSince: now, dueAt: AT_ONCE })
      .where('id', '=', id)
      .execute();
  }

  /** Gives up what waits for too long, or behind too much. @returns how many */
  async giveUp(dueBefore: number, most: number, error: (why: 'late' | 'many') => string): Promise<number> {
    let count = 0;
    const give = async (
      why: 'late' | 'many',
      webhookId: string,
      before: { dueSince: number } | { position: number },
    ) => {
      const [[column, value]] = Object.entries(before) as [['dueSince' | 'position', number]];
      const done = await this.db
        .updateTable('webhookDeliveries')
        .set({ state: 'FAILED', error: error(why) })
        .where('webhookId', '=', webhookId)
        .where(isWaiting)
        .where(column, '<', value)
        .executeTakeFirst();
      count += Number(done.numUpdatedRows);
    };
    for (const { id } of await this.db.selectFrom('webhooks').select('id').execute()) {
      await give('late', id, { dueSince: dueBefore });
      const newest = this.db.selectFrom('webhookDeliveries').select('position').where('webhookId', '=', id);
      const first = await newest
        .where(isWaiting)
        .orderBy('position', 'desc')
        .offset(most - 1)
        .limit(1)
        .executeTakeFirst();
      if (first) await give('many', id, { position: first.position });
    }
    return count;
  }

  /** Deletes all but the newest of what has ended of each webhook. @returns how many */
  async deleteEnded(kept: number): Promise<number> {
    let count = 0;
    for (const { id } of await this.db.selectFrom('webhooks').select('id').execute()) {
      const last = await this.db
        .selectFrom('webhookDeliveries')
        .select('position')
        .where('webhookId', '=', id)
        .where('state', '<>', 'WAITING')
        .orderBy('position', 'desc')
        .offset(kept)
        .limit(1)
        .executeTakeFirst();
      if (!last) continue;
      const done = await this.db
        .deleteFrom('webhookDeliveries')
        .where('webhookId', '=', id)
        .where('state', '<>', 'WAITING')
        .where('position', '<=', last.position)
        .executeTakeFirst();
      count += Number(done.numDeletedRows);
    }
    return count;
  }

  /** How many deliveries wait, and since when the oldest of them does; of webhooks that are enabled. */
  async waiting(): Promise<{ readonly count: number; readonly since: number | undefined; readonly paused: number }> {
    const row = await this.db
      .selectFrom('webhookDeliveries')
      .innerJoin('webhooks', 'webhooks.id', 'webhookDeliveries.webhookId')
      .select((eb) => [
        eb.fn.countAll<number>().as('n'),
        eb.fn.min<number | null>('webhookDeliveries.dueSince').as('since'),
      ])
      .where(isWaiting)
      .where('webhooks.enabled', '=', 1)
      .executeTakeFirst();
    const paused = await this.db
      .selectFrom('webhooks')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('enabled', '=', 1)
      .where('pausedUntil', '>', 0)
      .executeTakeFirst();
    const since = row?.since ?? undefined;
    return {
      count: Number(row?.n ?? 0),
      since: since === undefined ? undefined : Number(since),
      paused: Number(paused?.n ?? 0),
    };
  }
}

function toRow({ labels, runStates, stackIds, enabled, retryOnFailure, ...rest }: WebhookSettings) {
  const { name, endpoint, space, updatedAt } = rest;
  return {
    ...{ name, endpoint, space, updatedAt },
    labels: JSON.stringify(labels),
    runStates: JSON.stringify(runStates),
    stackIds: JSON.stringify(stackIds),
    enabled: Number(enabled),
    retryOnFailure: Number(retryOnFailure),
  };
}

function toWebhook(row: Pick<Selectable<WebhookRow>, (typeof COLUMNS)[number]>): WebhookRecord {
  const { id, name, endpoint, space, createdAt, updatedAt, failures, pausedUntil } = row;
  return {
    ...{ id, name, endpoint, space, createdAt, updatedAt, failures, pausedUntil },
    labels: JSON.parse(row.labels) as string[],
    runStates: JSON.parse(row.runStates) as RunState[],
    stackIds: JSON.parse(row.stackIds) as string[],
    enabled: row.enabled === 1,
    retryOnFailure: row.retryOnFailure === 1,
  };
}

function toDelivery({ position: _, ...row }: Selectable<DeliveryRow>): DeliveryRecord {
  return row as DeliveryRecord;
}
