import type { Action } from '../audit/actions';
import { writeEntry, type Audited, type Authorship } from '../audit/audited';
import type { Transaction } from '../store';
import { Change, type Aftermath } from './change';
import type { PersonContext, QueueContext, QueueSettings } from './context';

/** What one transaction of the queue does. What it is given and what it gives back may be sent from one thread to another. */
export interface Operation<Args, Result> {
  readonly name: string;
  readonly work: (made: Change, args: Args) => Promise<Result>;
}

/** The same of people and programs, by the name of their action. It says what the audit trail is to say of it. */
export interface PersonOperation<Args, Result> {
  readonly action: Action;
  readonly work: (made: Change, args: Args) => Promise<Audited<Result>>;
}

const known = new Map<string, Operation<never, unknown> | PersonOperation<never, unknown>>();

/** Makes an operation of the system that can be asked for by its name. */
export function operation<Args, Result>(name: string, work: Operation<Args, Result>['work']): Operation<Args, Result> {
  return add(name, { name, work });
}

/** Makes an operation of people and programs that can be asked for by the name of its action. */
export function personOperation<Args, Result>(
  action: Action,
  work: PersonOperation<Args, Result>['work'],
): PersonOperation<Args, Result> {
  return add(action, { action, work });
}

function add<T extends Operation<never, unknown> | PersonOperation<never, unknown>>(name: string, made: T): T {
  if (known.has(name)) throw new Error(`there are two operations ${name}`);
  known.set(name, made);
  return made;
}

/** An operation that is asked for, as it can be sent to where the database is. */
export interface Asked {
  readonly name: string;
  readonly args: unknown;
  readonly now: number;
  readonly settings: QueueSettings;
  /** Of an operation of people and programs, who asks. */
  readonly authorship?: Authorship;
}

/** What it came to. */
export interface Done {
  readonly value: unknown;
  readonly aftermath: Aftermath;
}

/** Carries out an operation in a transaction. */
export async function carryOut(tx: Transaction, asked: Asked): Promise<Done> {
  const made = new Change(tx, asked.now, asked.settings);
  const value = await workOf(made, asked);
  await made.finish();
  return { value, aftermath: made.aftermath };
}

async function workOf(made: Change, { name, args, authorship }: Asked): Promise<unknown> {
  const found = known.get(name);
  if (!found) throw new Error(`there is no operation ${name}`);
  if (!('action' in found)) return (found as Operation<unknown, unknown>).work(made, args);
  if (!authorship) throw new Error(`nobody is said to be who asks for ${name}`);
  const done = await (found as PersonOperation<unknown, unknown>).work(made, args);
  await writeEntry(made.tx, found.action, authorship, done);
  return done.value;
}

/** Carries out an operation, wakes those whom it concerns, and gives out what may run then. */
export function change<Args, Result>(
  context: QueueContext,
  { name }: Operation<Args, Result>,
  args: Args,
): Promise<Result> {
  return ask(context, (now) => ({ name, args, now, settings: context.settings }));
}

/** The same for a person or program: the audit trail has an entry of it. */
export function changeByPerson<Args, Result>(
  context: PersonContext,
  { action }: PersonOperation<Args, Result>,
  args: Args,
): Promise<Result> {
  const { actor, settings, newId } = context;
  const entryId = newId();
  return ask(context, (now) => ({ name: action, args, now, settings, authorship: { entryId, actor, time: now } }));
}

async function ask<Result>(context: QueueContext, askedAt: (now: number) => Asked): Promise<Result> {
  const { store } = context;
  const asked = (): Asked => askedAt(context.now());
  const done = store.perform
    ? ((await store.perform(asked())) as Done)
    : await store.transaction((tx) => carryOut(tx, asked()));
  const { said, blobsLetGo, waited, poolsToAssign } = done.aftermath;
  for (const { level, fields, message } of said) context.logger[level](fields, message);
  for (const ms of waited) context.observer.runAssigned(ms);
  for (const blob of blobsLetGo) context.letGo(blob);
  for (const poolId of poolsToAssign) await context.assignRuns(poolId);
  return done.value as Result;
}
