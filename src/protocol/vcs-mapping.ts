import { INIT_VARIABLE } from '../api/names';

/** Variables of a container. */
export type Environment = Readonly<Record<string, string | undefined>>;

const { vcsAgentPoolName: NAME, vcsAgentBaseEndpoint: BASE_ENDPOINT } = INIT_VARIABLE;

/**
 * Where run Pods reach the host behind a pool of VCS agents, by the variables of `init`. Undefined: they do not name the pool. One that is
 * named without an endpoint has an empty one.
 */
export function mappedEndpoint(
  pool: string,
  environment: Environment,
): { readonly variable: string; readonly value: string } | undefined {
  const named = Object.keys(environment).find((name) => name.startsWith(NAME) && environment[name] === pool);
  if (named === undefined) return undefined;
  const variable = `${BASE_ENDPOINT}${named.slice(NAME.length)}`;
  return { variable, value: (environment[variable] ?? '').trim() };
}
