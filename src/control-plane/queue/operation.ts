import type { Action } from '../audit/actions';
import { writeEntry, type Audited, type Authorship } from '../audit/audited';
import type { Transaction } from '../store';
import { giveOutAll, NotGivenOutError } from './assign';
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
  /** What it gives back once what may run is given out. @default - the same as before */
  readonly answer?: ((made: Change, result: Result) => Result) | undefined;
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
  answer?: PersonOperation<Args, Result>['answer'],
): PersonOperation<Args, Result> {
  const made = { action, work, answer };
  // The value that it is given is its own.
  add(action, made as PersonOperation<never, unknown>);
  return made;
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

type Carried = <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;

/**
 * Carries out an operation in a transaction, and gives out what may run then. When that fails, the operation is carried out
 * alone: it is not undone by what follows it.
 */
export async function carryOut(transaction: Carried, asked: Asked): Promise<Done> {
  try {
    return await transaction((tx) => carryOutIn(tx, asked, true));
  } catch (error) {
    if (!(error instanceof NotGivenOutError)) throw error;
    return transaction((tx) => carryOutIn(tx, asked, false));
  }
}

async function carryOutIn(tx: Transaction, asked: Asked, givesOut: boolean): Promise<Done> {
  const made = new Change(tx, asked.now, asked.settings, givesOut);
  const { answer, writing } = await workOf(made, asked);
  await made.settleDriftRuns();
  await Promise.all([writing, givesOut && giveOutAll(made)]);
  await made.finish();
  return { value: answer(), aftermath: made.aftermath };
}

interface Worked {
  /** What it gives back in the end. */
  readonly answer: () => unknown;
  /** Of its entry in the audit trail. */
  readonly writing?: Promise<void>;
}

async function workOf(made: Change, { name, args, authorship }: Asked): Promise<Worked> {
  const found = known.get(name);
  if (!found) throw new Error(`there is no operation ${name}`);
  if (!('action' in found)) {
    const value = await (found as Operation<unknown, unknown>).work(made, args);
    return { answer: () => value };
  }
  if (!authorship) throw new Error(`nobody is said to be who asks for ${name}`);
  const { action, work, answer } = found as PersonOperation<unknown, unknown>;
  const done = await work(made, args);
  const { value } = done;
  return {
    answer: () => (answer ? answer(made, value) : value),
    writing: writeEntry(made.tx, action, authorship, done),
  };
}

/** Carries out an operation, wakes those whom it concerns, and gives out what may run then. */
export function change<Args, Result>(
  context: QueueContext,
  { name }: Operation<Args, Result>,
  args: Args,
): Promise<Result> {
  return ask(context, { name, args, now: context.now(), settings: context.settings });
}

/** The same for a person or program: the audit trail has an entry of it. */
export function changeByPerson<Args, Result>(
  context: PersonContext,
  { action }: PersonOperation<Args, Result>,
  args: Args,
): Promise<Result> {
  const { actor, settings, newId } = context;
  const [entryId, now] = [newId(), context.now()];
  return ask(context, { name: action, args, now, settings, authorship: { entryId, actor, time: now } });
}

async function ask<Result>(context: QueueContext, asked: Asked): Promise<Result> {
  const { store } = context;
  const done = store.perform
    ? ((await store.perform(asked)) as Done)
    : await carryOut((work) => store.transaction(work), asked);
  const { said, blobsLetGo, moments, poolsToAssign } = done.aftermath;
  for (const { level, fields, message } of said) context.logger[level](fields, message);
  for (const moment of moments) context.observer.happened(moment);
  for (const blob of blobsLetGo) context.letGo(blob);
  for (const poolId of poolsToAssign) await context.assignRuns(poolId);
  return done.value as Result;
}
