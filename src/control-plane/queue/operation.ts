import type { Transaction } from '../store';
import { Change, type Aftermath } from './change';
import type { QueueContext, QueueSettings } from './context';

/** What one transaction of the queue does. What it is given and what it gives back may be sent from one thread to another. */
export interface Operation<Args, Result> {
  readonly name: string;
  readonly work: (made: Change, args: Args) => Promise<Result>;
}

const known = new Map<string, Operation<never, unknown>>();

/** Makes an operation that can be asked for by its name. */
export function operation<Args, Result>(name: string, work: Operation<Args, Result>['work']): Operation<Args, Result> {
  if (known.has(name)) throw new Error(`there are two operations ${name}`);
  const made = { name, work };
  known.set(name, made);
  return made;
}

function operationNamed(name: string): Operation<unknown, unknown> {
  const found = known.get(name);
  if (!found) throw new Error(`there is no operation ${name}`);
  return found as Operation<unknown, unknown>;
}

/** An operation that is asked for, as it can be sent to where the database is. */
export interface Asked {
  readonly name: string;
  readonly args: unknown;
  readonly now: number;
  readonly settings: QueueSettings;
}

/** What it came to. */
export interface Done {
  readonly value: unknown;
  readonly aftermath: Aftermath;
}

/** Carries out an operation in a transaction. */
export async function carryOut(tx: Transaction, { name, args, now, settings }: Asked): Promise<Done> {
  const made = new Change(tx, now, settings);
  const value = await operationNamed(name).work(made, args);
  await made.finish();
  return { value, aftermath: made.aftermath };
}

/** Carries out an operation, wakes those whom it concerns, and gives out what may run then. */
export async function change<Args, Result>(
  context: QueueContext,
  operation: Operation<Args, Result>,
  args: Args,
): Promise<Result> {
  const { store, settings } = context;
  const asked = (): Asked => ({ name: operation.name, args, now: context.now(), settings });
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
