import { sql, type ExpressionBuilder, type Selectable } from 'kysely';
import type { AuditTrailRow, Schema } from './schema';
import { Statement } from './statement';
import { Table } from './table';

export interface AuditedObject {
  /** Such as `worker-pool`. */
  readonly kind: string;
  readonly id: string;
  readonly name: string;
}

type Value = string | number | boolean | null | readonly string[];

/** What was changed, by the names of fields. What was made has no `from`, what was removed no `to`. */
export type FieldChanges = Readonly<Record<string, { readonly from?: Value; readonly to?: Value }>>;

/** Who makes a change, and from where. */
export interface Actor {
  /** Such as `API key`. */
  readonly kind: string;
  readonly id: string;
  readonly name: string;
  readonly role: string;
  /** Where the request came from, as far as trusted proxies tell it. */
  readonly address: string;
  /** What the client says that it is. */
  readonly client: string;
}

export type AuditOutcome = AuditTrailRow['outcome'];

/** One entry of the audit trail, as it is written. */
export interface NewAuditTrailEntry {
  readonly id: string;
  readonly time: number;
  readonly action: string;
  readonly outcome: AuditOutcome;
  /** Of the refusal. */
  readonly code: string;
  readonly actor: Actor;
  readonly object: AuditedObject;
  /** What else it concerns, such as the pool of a worker. */
  readonly related: AuditedObject | null;
  readonly changes: FieldChanges;
  /** What was told to whoever was refused. */
  readonly message: string;
  /** How many alike it stands for. */
  readonly count: number;
}

export interface AuditTrailEntry extends NewAuditTrailEntry {
  /** Grows with every entry: the cursor of pages. */
  readonly position: number;
}

type Condition =
  | {
      /** `actor` and `object` by id or name; `object` finds what is related to it as well. */
      readonly field: 'action' | 'actor' | 'object' | 'objectKind' | 'outcome' | 'address';
      readonly values: readonly string[];
      readonly isExcluded: boolean;
    }
  /** Milliseconds since the epoch; the end is not in it. */
  | { readonly field: 'time'; readonly from?: number | undefined; readonly to?: number | undefined };

export interface AuditTrailSearch {
  /** All of them hold. */
  readonly where: readonly Condition[];
  /** Found in names, ids and the action. @default - anything */
  readonly text?: string | undefined;
  readonly oldestFirst: boolean;
  /** Position of the entry behind which it begins. */
  readonly after: number | undefined;
  readonly limit: number;
}

type Columns = Omit<AuditTrailRow, 'position'>;

const COLUMNS_OF = {
  action: ['action'],
  actor: ['actorId', 'actorName'],
  object: ['objectId', 'objectName', 'relatedId', 'relatedName'],
  objectKind: ['objectKind'],
  outcome: ['outcome'],
  address: ['address'],
} as const satisfies Record<string, readonly (keyof AuditTrailRow)[]>;

const TEXTS = [
  'action',
  'actorId',
  'actorName',
  'address',
  'objectId',
  'objectName',
  'relatedId',
  'relatedName',
] as const;

/** Who did what. Entries are added, and go when they are old; none is changed. */
export class AuditTrailTable extends Table {
  private static readonly inserted = new Statement((trail: AuditTrailTable, row: Columns) =>
    trail.db.insertInto('auditTrail').values({
      ...{ id: row.id, time: row.time, action: row.action, outcome: row.outcome, code: row.code },
      ...{ actorKind: row.actorKind, actorId: row.actorId, actorName: row.actorName, role: row.role },
      ...{ address: row.address, client: row.client },
      ...{ objectKind: row.objectKind, objectId: row.objectId, objectName: row.objectName },
      ...{ relatedKind: row.relatedKind, relatedId: row.relatedId, relatedName: row.relatedName },
      ...{ changes: row.changes, message: row.message, count: row.count },
    }),
  );

  async insert({ actor, object, related, changes, ...entry }: NewAuditTrailEntry): Promise<void> {
    const { id, time, action, outcome, code, message, count } = entry;
    await this.rows(AuditTrailTable.inserted, {
      ...{ id, time, action, outcome, code, message, count },
      ...{ actorKind: actor.kind, actorId: actor.id, actorName: actor.name },
      ...{ role: actor.role, address: actor.address, client: actor.client },
      ...{ objectKind: object.kind, objectId: object.id, objectName: object.name },
      relatedKind: related?.kind ?? null,
      relatedId: related?.id ?? null,
      relatedName: related?.name ?? null,
      changes: JSON.stringify(changes),
    });
  }

  async search({ where, text, oldestFirst, after, limit }: AuditTrailSearch): Promise<AuditTrailEntry[]> {
    let query = this.db
      .selectFrom('auditTrail')
      .selectAll()
      .orderBy('position', oldestFirst ? 'asc' : 'desc')
      .limit(limit);
    for (const condition of where) query = query.where(expressionOf(condition));
    if (text) query = query.where(mentions(text));
    if (after !== undefined) query = query.where('position', oldestFirst ? '>' : '<', after);
    return (await query.execute()).map(toEntry);
  }

  /** Deletes entries from before a time, oldest first, at most so many. @returns how many */
  async deleteBefore(time: number, limit: number): Promise<number> {
    const old = this.db.selectFrom('auditTrail').select('position').where('time', '<', time).orderBy('time');
    return this.delete(await old.limit(limit).execute());
  }

  /** Position of the newest entry that is older than the newest so many of its outcome; undefined where there is none. */
  async newestBeyond(newest: number, outcome: AuditOutcome): Promise<number | undefined> {
    const row = await this.db
      .selectFrom('auditTrail')
      .select('position')
      .where('outcome', '=', outcome)
      .orderBy('position', 'desc')
      .offset(newest)
      .limit(1)
      .executeTakeFirst();
    return row?.position;
  }

  /** Deletes entries of an outcome up to a position, oldest first, at most so many. @returns how many */
  async deleteUpTo(position: number, outcome: AuditOutcome, limit: number): Promise<number> {
    const old = this.db.selectFrom('auditTrail').select('position').where('outcome', '=', outcome);
    return this.delete(await old.where('position', '<=', position).orderBy('position').limit(limit).execute());
  }

  private async delete(old: readonly { readonly position: number }[]): Promise<number> {
    const positions = old.map(({ position }) => position);
    if (positions.length > 0) await this.db.deleteFrom('auditTrail').where('position', 'in', positions).execute();
    return positions.length;
  }
}

type Where = ExpressionBuilder<Schema, 'auditTrail'>;

const expressionOf = (condition: Condition) => (eb: Where) => {
  if (condition.field === 'time') {
    const { from, to } = condition;
    return eb.and([
      ...(from === undefined ? [] : [eb('time', '>=', from)]),
      ...(to === undefined ? [] : [eb('time', '<', to)]),
    ]);
  }
  const { field, values, isExcluded } = condition;
  if (values.length === 0) return eb.lit(isExcluded);
  // Of a column that is empty nothing is in any list, and nothing is not in it either.
  const found = eb.or(COLUMNS_OF[field].map((column) => eb(eb.fn.coalesce(column, eb.val('')), 'in', values)));
  return isExcluded ? eb.not(found) : eb.or(COLUMNS_OF[field].map((column) => eb(column, 'in', values)));
};

/** `%` and `_` of the text mean themselves. */
const mentions = (text: string) => (eb: Where) => {
  const pattern = `%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
  return eb.or(TEXTS.map((column) => sql<boolean>`lower(${eb.ref(column)}) LIKE ${pattern} ESCAPE '\\'`));
};

function toEntry(row: Selectable<AuditTrailRow>): AuditTrailEntry {
  const { relatedKind, relatedId, relatedName } = row;
  return {
    ...{ position: row.position, id: row.id, time: row.time, action: row.action },
    ...{ outcome: row.outcome, code: row.code, message: row.message, count: row.count },
    actor: {
      ...{ kind: row.actorKind, id: row.actorId, name: row.actorName },
      ...{ role: row.role, address: row.address, client: row.client },
    },
    object: { kind: row.objectKind, id: row.objectId, name: row.objectName },
    related: relatedKind === null ? null : { kind: relatedKind, id: relatedId ?? '', name: relatedName ?? '' },
    changes: JSON.parse(row.changes) as FieldChanges,
  };
}
