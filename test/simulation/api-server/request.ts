import { rulesAt, resourceKey, type KindRules } from './kinds';
import { noSuchResource } from './refusals';
import type { ApiRequest, SeenRequest, Verb } from './types';

/** A request, understood. */
export interface Parsed {
  readonly seen: SeenRequest;
  readonly rules: KindRules;
  readonly parameters: Readonly<Record<string, string>>;
  readonly contentType: string;
  /** The text of the body, which is read when the request is carried out. */
  readonly text: string | undefined;
}

const VERBS: Readonly<Record<string, Verb>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };
const NO_PARAMETERS: Readonly<Record<string, string>> = {};

/** @throws ApiRefusal */
export function parseRequest({ by, method, path, body, contentType = 'application/json' }: ApiRequest): Parsed {
  const [route = '', search] = path.split('?', 2);
  const { rules, namespace, name, subresource } = locate(route.split('/').map(decodeURIComponent));
  const parameters = search === undefined ? NO_PARAMETERS : Object.fromEntries(new URLSearchParams(search));
  const read: Verb = parameters.watch === 'true' ? 'watch' : name === undefined ? 'list' : 'get';
  return {
    seen: {
      by,
      verb: VERBS[method] ?? read,
      resource: resourceKey(rules.resource),
      namespace,
      name,
      subresource,
      dryRun: parameters.dryRun === 'All',
    },
    rules,
    parameters,
    contentType,
    text: body,
  };
}

/** `/api/v1/namespaces/team/pods/run/status`, `/apis/group/version/…`. */
function locate(segments: readonly string[]): {
  rules: KindRules;
  namespace: string | undefined;
  name: string | undefined;
  subresource: string | undefined;
} {
  const isCore = segments[1] === 'api';
  const [group, version] = isCore ? ['', segments[2]] : [segments[2], segments[3]];
  const rest = segments.slice(isCore ? 3 : 4);
  const isInNamespace = rest[0] === 'namespaces' && rest.length > 2 && rest[2] !== 'status' && rest[2] !== 'finalize';
  const namespace = isInNamespace ? rest[1] : undefined;
  const [plural = '', name, subresource] = isInNamespace ? rest.slice(2) : rest;
  const rules = rulesAt(group ?? '', version ?? '', plural);
  if (!rules) throw noSuchResource();
  return { rules, namespace, name, subresource };
}
