import { malformed } from '../errors';

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
