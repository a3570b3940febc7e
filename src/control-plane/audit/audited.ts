import type { Store, Transaction } from '../store';
import type { AuditedObject, FieldChanges, NewAuditTrailEntry } from '../store/audit-trail';
import { ACTIONS, type Action, type ObjectKind } from './actions';
import type { Actor } from './actor';

export interface Related extends AuditedObject {
  readonly kind: ObjectKind;
}

/** What the audit trail says of a change, beside who made it. Never a secret: no values of environments, tokens, keys, states. */
export interface Facts {
  /** Of the kind that `ACTIONS` says. */
  readonly object: Omit<AuditedObject, 'kind'>;
  /** What else it concerns. @default - nothing */
  readonly related?: Related | undefined;
  /** @default - none, as when something is deleted */
  readonly changes?: FieldChanges;
}

/** What a change came to, with what the audit trail says of it. Whoever changes something has to say it. */
export interface Audited<T> {
  readonly value: T;
  /** Null where nothing was changed. */
  readonly facts: Facts | null;
}

export const audited = <T>(value: T, facts: Facts): Audited<T> => ({ value, facts });

/** Everything was as it was wanted to be. */
export const unchanged = <T>(value: T): Audited<T> => ({ value, facts: null });

/** Who makes a change, and the entry that is made with it. It can be sent to where the database is. */
export interface Authorship {
  readonly entryId: string;
  readonly actor: Actor;
  readonly time: number;
}

/** Writes the entry of a change, in its transaction. */
export async function writeEntry(
  tx: Pick<Transaction, 'auditTrail'>,
  action: Action,
  { entryId, actor, time }: Authorship,
  { facts }: Pick<Audited<unknown>, 'facts'>,
): Promise<void> {
  if (facts === null) return;
  const { object, related, changes = {} } = facts;
  const entry: NewAuditTrailEntry = {
    ...{ id: entryId, time, action, outcome: 'done', code: '', actor, message: '', count: 1 },
    object: { kind: ACTIONS[action].object, id: object.id, name: object.name },
    related: related ?? null,
    changes,
  };
  await tx.auditTrail.insert(entry);
}

/** What a change by a person or program needs. */
export interface AuditContext {
  readonly store: Pick<Store, 'transaction'>;
  readonly actor: Actor;
  readonly now: () => number;
  readonly newId: () => string;
}

/** A transaction in which somebody changes something, with its entry in the audit trail: both are there, or neither. */
export function auditedTransaction<T>(
  { store, actor, now, newId }: AuditContext,
  action: Action,
  work: (tx: Transaction) => Promise<Audited<T>>,
): Promise<T> {
  const authorship = { entryId: newId(), actor, time: now() };
  return store.transaction(async (tx) => {
    const done = await work(tx);
    await writeEntry(tx, action, authorship, done);
    return done.value;
  });
}

/** What differs of these fields, with what it was and what it is. */
export function differences<Name extends string>(
  before: Readonly<Record<Name, FieldValue>>,
  after: Readonly<Record<Name, FieldValue>>,
  names: readonly Name[],
): FieldChanges {
  const differing = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  return Object.fromEntries(differing.map((name) => [name, { from: before[name], to: after[name] }]));
}

/** The fields of something new, without those that hold nothing. */
export function fieldsOf(fields: Readonly<Record<string, FieldValue>>): FieldChanges {
  const said = Object.entries(fields).filter(([, value]) => value !== null && value !== '' && !isEmptyList(value));
  return Object.fromEntries(said.map(([name, to]) => [name, { to }]));
}

type FieldValue = NonNullable<FieldChanges[string]['to']> | null;

const isEmptyList = (value: FieldValue): boolean => Array.isArray(value) && value.length === 0;
