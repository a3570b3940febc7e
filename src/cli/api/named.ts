import { idOf } from '../../control-plane/names';
import { UserError } from '../run-program';
import { notFound } from './refused';

interface Named {
  readonly id: string;
  readonly name: string;
}

interface Words {
  /** Such as `worker pool`. */
  readonly what: string;
  /** The command that lists them. */
  readonly list: string;
}

/** The one of a list that somebody means by its id or its name. @throws UserError when there is none, or more than one of that name */
export function named<T extends Named>(all: readonly T[], nameOrId: string, words: Words): T {
  const byId = all.find(({ id }) => id === idOf(nameOrId));
  const [first, ...others] = byId ? [byId] : all.filter(({ name }) => name === nameOrId);
  if (!first) throw noneNamed(nameOrId, words);
  if (others.length > 0) throw new UserError(`${others.length + 1} ${words.what}s are named ${nameOrId}: give the id`);
  return first;
}

/** Also of one that went away meanwhile. */
export const noneNamed = (nameOrId: string, { what, list }: Words): UserError =>
  notFound(`${what} ${nameOrId} not found: worker-pools ${list} shows those that there are`);
