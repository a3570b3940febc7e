import { RequestError } from './errors';

const STACK_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
/** Everything but controls, marks that turn the direction of writing, and slashes; no blank at either end. */
const POOL_NAME = /^(?! )[^\p{C}\p{Zl}\p{Zp}/]{1,100}(?<! )$/u;
const ULID = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/i;

/** @throws RequestError `malformed`, with the rule */
export function checkStackName(name: string): string {
  if (STACK_NAME.test(name)) return name;
  throw new RequestError(
    'malformed',
    `stack name "${name}" is not allowed: letters, digits, dot, dash and underscore, at most 63`,
  );
}

/** @throws RequestError `malformed`, with the rule */
export function checkPoolName(name: string): string {
  if (name === '') throw new RequestError('malformed', 'a pool needs a name');
  if (POOL_NAME.test(name)) return name;
  throw new RequestError(
    'malformed',
    `pool name "${name}" is not allowed: at most 100 characters, no slash, no control character, no blank at either end`,
  );
}

/** A folder inside a source, without `./` and slashes around. @throws RequestError `malformed` when it leads out */
export function projectFolder(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (path.startsWith('/') || parts.includes('..')) {
    throw new RequestError('malformed', `project root "${path}" must be a folder inside the source`);
  }
  return parts.join('/');
}

/** An id as it is stored: people copy it in lower case from the names of Pods. */
export function idOf(text: string): string {
  return ULID.test(text) ? text.toUpperCase() : text;
}
