import type { Change } from './change';

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

export function operationNamed(name: string): Operation<unknown, unknown> {
  const found = known.get(name);
  if (!found) throw new Error(`there is no operation ${name}`);
  return found as Operation<unknown, unknown>;
}
