import { malformed } from '../errors';

/** GraphQL tells an argument of null from none; an empty text is neither, and names nothing. */
export const isGiven = <T>(value: T): value is NonNullable<T> => value !== null && value !== undefined;

/** @throws RequestError `malformed` for a name that is given twice */
export function variables<T extends { readonly value: string }>(
  list: readonly T[],
  nameOf: (variable: T) => string,
): Record<string, string> {
  const values = new Map<string, string>();
  for (const variable of list) {
    const name = nameOf(variable);
    if (values.has(name)) throw malformed('environment', `environment variable ${name} is given twice`);
    values.set(name, variable.value);
  }
  return Object.fromEntries(values);
}
